import { ImageError } from "../../../errors";
import { compressedPlace } from "../compressed";
import { hasDataFile, hasExtendedL2, limits } from "../header";
import type { HeaderFields } from "./header-fields";
import { readL1, readL2, type ChangeableImage } from "./image";
import { moveL1 } from "./snapshots";
import { compressedBit, offsetIn, putEntry } from "./table-entry";
import type { Transaction } from "./transaction";

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
    finish() {
      for (const [index, table] of tables) {
        const bytes = new Uint8Array(table.buffer);
        if (bytes.every((byte) => byte === 0)) {
          l1.setBigUint64(index * 8, 0n);
          continue;
        }
        const place = change.allocate(1);
        change.write(place, bytes);
        putEntry(l1, index * 8, place, true);
      }
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
