import { putFields } from "../../codec/fields";
import { ImageError } from "../../errors";
import type { ImageWriter } from "../../image/writer";
import type { ByteTarget } from "../../io/source";
import { embeddedDescriptor, streamHeader } from "./header-writer";
import { zeroedEntry } from "./hosted-header";
import { grainSectors, mostSectors, tableCount, tableSectors } from "./layout";
import type { Plan } from "./options";
import { sectorSize } from "./sector";
import { createGrainSectors, tableBytes } from "./write-tables";

/** The sector of the first grain: the second whole grain, as other writers have it. */
const firstSector = grainSectors;
/** Types of markers that hold no grain (specification, "Markers"). */
const marker = { grainTable: 1, grainDirectory: 2, footer: 3 } as const;
/**
 * As for qcow2: within a percent of what qemu-img's 6 makes of programs and texts, in four fifths of the
 * time; 1 makes them 8 % longer.
 */
const level = 5;
/** Bytes of tables that are gathered for one write. */
const pieceSize = 2 ** 20;

/**
 * Begins a stream-optimized image, which can be read from beginning to end: compressed grains in
 * ascending order, then the grain tables that are in use, the grain directory and the footer, each
 * behind a marker (specification, "Stream-Optimized Compressed Sparse Extents").
 * @param fileName The image's own base name.
 * @throws ImageError `invalid-argument` for a capacity that it cannot have; `packed` and `finish` throw
 *   `limit` when the file would pass 2 TiB, `finish` throws `io`.
 */
export function createStream(target: ByteTarget, plan: Plan, fileName: string): ImageWriter {
  const tables = tableCount(plan.capacity);
  const grains = createGrainSectors();
  let { zeroedGrain } = plan;
  return {
    placement: {
      kind: "packed",
      blockSize: grainSectors * sectorSize,
      firstUnitAt: firstSector * sectorSize,
      unitSize: sectorSize,
      mostPerUnit: 1,
      encoding: { codec: "vmdk-grain", level },
      ordered: true,
    },
    placed() {
      throw new ImageError("invalid-argument", "A stream-optimized image hands out no slots");
    },
    packed(block, { at }) {
      grains.set(block, reachable(at / sectorSize));
    },
    zeroed(block, count) {
      zeroedGrain = true;
      for (let i = 0; i < count; i += 1) grains.set(block + i, zeroedEntry);
    },
    finish(units) {
      const stream = appendTo(target, firstSector + units);
      const directory = new Uint8Array(Math.ceil((tables * 4) / sectorSize) * sectorSize);
      const entries = new DataView(directory.buffer);
      for (const index of grains.used()) {
        stream.add(markerSector(tableSectors, marker.grainTable));
        entries.setUint32(index * 4, reachable(stream.sector), true);
        stream.add(tableBytes(grains.table(index)));
      }
      stream.add(markerSector(directory.length / sectorSize, marker.grainDirectory));
      const directoryAt = stream.sector;
      stream.add(directory);
      stream.add(markerSector(1, marker.footer));
      const { capacity } = plan;
      stream.add(streamHeader({ capacity, zeroedGrain }, firstSector, directoryAt));
      // The end-of-stream marker is all zeros.
      stream.add(new Uint8Array(sectorSize));
      stream.flush();
      target.truncate(stream.sector * sectorSize);
      target.write(sectorSize, embeddedDescriptor(plan, fileName));
      target.write(0, streamHeader({ capacity, zeroedGrain }, firstSector));
    },
  };
}

/** A marker in a sector of its own: how many sectors follow, no size, the type. */
function markerSector(sectors: number, type: number): Uint8Array {
  const bytes = new Uint8Array(sectorSize);
  const put = putFields(bytes, "little");
  put.u64(0, sectors);
  put.u32(12, type);
  return bytes;
}

/** Writes whole sectors one behind the other from `first` on, gathered in few writes. */
function appendTo(target: ByteTarget, first: number) {
  let at = first * sectorSize;
  let gathered: Uint8Array[] = [];
  let length = 0;
  function flush(): void {
    const piece = new Uint8Array(length);
    let next = 0;
    for (const bytes of gathered) {
      piece.set(bytes, next);
      next += bytes.length;
    }
    target.write(at, piece);
    at += length;
    gathered = [];
    length = 0;
  }
  return {
    /** Where the next sector goes. */
    get sector() {
      return (at + length) / sectorSize;
    },
    add(bytes: Uint8Array): void {
      gathered.push(bytes);
      length += bytes.length;
      if (length >= pieceSize) flush();
    },
    flush,
  };
}

/** `sector`, if tables can tell it. @throws ImageError `limit`. */
function reachable(sector: number): number {
  if (sector < mostSectors) return sector;
  throw new ImageError("limit", "A stream-optimized VMDK cannot hold this much data", {
    expected: `at most ${mostSectors * sectorSize} bytes`,
    found: sector * sectorSize,
  });
}
