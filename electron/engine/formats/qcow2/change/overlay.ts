import { ImageError } from "../../../errors";
import { compressedPlace } from "../compressed";
import { hasDataFile, hasExtendedL2, limits } from "../header";
import type { HeaderFields } from "./header-fields";
import { readL1, readL2, type ChangeableImage } from "./image";
import { moveL1 } from "./snapshots";
import { compressedBit, offsetIn, putEntry } from "./table-entry";
import type { Transaction } from "./transaction";

/**
 * What a cluster reads that got a place: what is stored there; zeros until somebody writes to it; or,
 * where entries are extended, what a backing file has until then, and what is stored where they are not.
 */
export type PlacedRead = "stored" | "zeros" | "nothing yet";

/**
 * Changes what the disk holds, cluster by cluster, copying on write: what snapshots share stays as it
 * is. Clusters are numbered from the disk's beginning.
 */
export interface Overlay {
  /**
   * Stores the whole cluster; `bytes`, a cluster long, are the overlay's from now on. Not in an
   * encrypted image.
   */
  write(cluster: number, bytes: Uint8Array): void;
  /** Makes the cluster read as zeros, whatever a backing file holds. Not in version 2. */
  zero(cluster: number): void;
  /** Gives the cluster back: a backing file answers for it, or zeros. */
  drop(cluster: number): void;
  /** Gives back every cluster from this one on; quick over empty stretches. */
  dropFrom(cluster: number): void;
  /**
   * Gives `count` clusters from `first` on, which are empty, the places side by side from byte `at` of
   * the file on, which the change has allocated. Quick; the overlay is not to change them afterwards.
   */
  place(first: number, count: number, at: number, reads: PlacedRead): void;
  /** Writes the tables that were changed; the answer goes into the header. */
  finish(): HeaderFields;
}

/**
 * Begins to change the disk's clusters.
 * @param l1Size Entries that the active L1 table shall have, at least as many as it has.
 * @throws ImageError `limit` for a disk that is too large, `unsupported` for one in a data file,
 *   `invalid-table`, `truncated`, `io`.
 */
export function beginOverlay(
  change: Transaction,
  image: ChangeableImage,
  l1Size: number = image.header.l1Size,
): Overlay {
  const { file, header, l2Entries, l2EntrySize } = image;
  const { clusterSize, clusterBits } = header;
  if (hasDataFile(header)) {
    throw new ImageError("unsupported", `${file.name} keeps its data in an external file`, {
      file: file.name,
    });
  }
  if (l1Size * 8 > limits.l1Table) {
    throw new ImageError("limit", `${file.name}: the disk is too large for its cluster size`, {
      file: file.name,
      expected: `at most ${(limits.l1Table / 8) * l2Entries * clusterSize} bytes`,
    });
  }
  const extended = hasExtendedL2(header);
  const l1 = new DataView(new ArrayBuffer(l1Size * 8));
  new Uint8Array(l1.buffer).set(new Uint8Array(readL1(image, header).buffer));
  /** The tables that are changed, by L1 index; those that were there are released already. */
  const tables = new Map<number, DataView>();

  function edit(index: number): DataView {
    let table = tables.get(index);
    if (table !== undefined) return table;
    const offset = offsetIn(l1, index * 8);
    if (offset === 0) table = new DataView(new ArrayBuffer(clusterSize));
    else {
      table = readL2(image, offset);
      change.add(offset, -1);
    }
    tables.set(index, table);
    return table;
  }

  /** Takes the use of what the entry at byte `at` points to away, and empties it. */
  function clear(table: DataView, at: number): void {
    const high = table.getUint32(at);
    if ((high & compressedBit) !== 0) {
      const { at: from, stored } = compressedPlace(high, table.getUint32(at + 4), clusterBits);
      change.addRange(from, stored, -1);
    } else {
      const offset = offsetIn(table, at);
      if (offset !== 0) change.add(offset, -1);
    }
    for (let i = 0; i < l2EntrySize; i += 4) table.setUint32(at + i, 0);
  }

  /** The table of a cluster, and the byte of its entry there, emptied. */
  function emptied(cluster: number): { table: DataView; at: number } {
    const table = edit(Math.floor(cluster / l2Entries));
    const at = (cluster % l2Entries) * l2EntrySize;
    clear(table, at);
    return { table, at };
  }

  /** Gives the table its place in the file and in the L1 table; none when it is empty. */
  function store(index: number, table: DataView): void {
    const bytes = new Uint8Array(table.buffer);
    if (bytes.every((byte) => byte === 0)) {
      l1.setBigUint64(index * 8, 0n);
      return;
    }
    const place = change.allocate(1);
    change.write(place, bytes);
    putEntry(l1, index * 8, place, true);
  }

  return {
    write(cluster, bytes) {
      if (header.cryptMethod !== 0) throw encrypted(file.name);
      const { table, at } = emptied(cluster);
      const place = change.allocate(1);
      change.write(place, bytes);
      putEntry(table, at, place, true);
      if (extended) table.setUint32(at + 12, 0xffffffff);
    },
    zero(cluster) {
      const { table, at } = emptied(cluster);
      if (header.version === 2) throw noZeros(file.name);
      if (extended) table.setUint32(at + 8, 0xffffffff);
      else table.setUint32(at + 4, 1);
    },
    drop: (cluster) => void emptied(cluster),
    dropFrom(cluster) {
      const first = Math.floor(cluster / l2Entries);
      for (let index = first; index < l1Size; index++) {
        if (!tables.has(index) && offsetIn(l1, index * 8) === 0) continue;
        const table = edit(index);
        const from = Math.max(0, cluster - index * l2Entries);
        for (let i = from; i < l2Entries; i++) clear(table, i * l2EntrySize);
      }
    },
    place(first, count, at, reads) {
      const zeroFlag = reads === "zeros" && header.version === 3 && !extended;
      for (let done = 0; done < count;) {
        const index = Math.floor((first + done) / l2Entries);
        const table = edit(index);
        const end = Math.min(count, (index + 1) * l2Entries - first);
        for (; done < end; done++) {
          const entry = ((first + done) % l2Entries) * l2EntrySize;
          const place = at + done * clusterSize;
          putEntry(table, entry, place, true);
          if (zeroFlag) table.setUint32(entry + 4, table.getUint32(entry + 4) + 1);
          if (extended && reads === "zeros") table.setUint32(entry + 8, 0xffffffff);
          if (extended && reads === "stored") table.setUint32(entry + 12, 0xffffffff);
        }
        // A disk may get more tables than there is memory: they do not wait for the end.
        store(index, table);
        tables.delete(index);
      }
    },
    finish() {
      for (const [index, table] of tables) store(index, table);
      return moveL1(change, image, l1);
    },
  };
}

function encrypted(file: string): ImageError {
  const message = `${file} is encrypted: its data cannot be written in place`;
  return new ImageError("unsupported", message, { file });
}

function noZeros(file: string): ImageError {
  return new ImageError("unsupported", `${file}: version 2 has no zero clusters`, {
    file,
    hint: "Make it version 3 (amend compat=1.1) first.",
  });
}
