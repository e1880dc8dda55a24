import { ImageError } from "../../errors";
import { mapStored, type ImageLayer, type Run } from "../../image/layer";
import { createBitmaps } from "../../io/sector-bitmap";
import type { ByteSource } from "../../io/source";
import { bitmapSize, createTable, unusedEntry } from "./block-allocation-table";
import { entrySize, type DynamicHeader } from "./dynamic-header";
import { footerSize, sectorSize } from "./footer";

/**
 * The `map` of a fixed disk: its bytes as they are.
 * @param dataEnd Where the footer begins. A disk that is larger than what lies before it is cut off.
 */
export function createFixedMap(
  source: ByteSource,
  size: number,
  dataEnd: number,
): ImageLayer["map"] {
  // What the file lacks to a whole sector reads as zeros, as in a raw file.
  const stored = Math.ceil(dataEnd / sectorSize) * sectorSize;
  return (guestAt, max) => {
    const length = Math.min(max, size - guestAt, stored - guestAt);
    if (length <= 0) throw cutOff(source, dataEnd, guestAt, size - guestAt);
    if (guestAt >= dataEnd) return { kind: "zero", length };
    return mapStored(source, guestAt, Math.min(length, dataEnd - guestAt));
  };
}

/** What a dynamic or differencing disk's map needs beside its header. Offsets and sizes in bytes. */
export interface DynamicMapPlace {
  /** Virtual size. */
  readonly size: number;
  /** Where blocks must end: at the footer, or at the file's end when that is lost. */
  readonly dataEnd: number;
  /** Called for what neither the file nor a parent with a name holds; undefined when that is zeros. */
  readonly parentMissing?: () => ImageError;
}

/** A stretch of one kind; `host` is -1 when the file does not hold it. */
interface Stretch {
  readonly host: number;
  readonly length: number;
}

/**
 * The `map` of a dynamic or differencing disk: blocks that the table does not name, and sectors whose
 * bit is clear, are the parent's, or zeros when there is none.
 */
export function createDynamicMap(
  source: ByteSource,
  header: DynamicHeader,
  { size, dataEnd, parentMissing }: DynamicMapPlace,
): ImageLayer["map"] {
  const { blockSize, tableOffset } = header;
  const table = createTable(source, header);
  const bitmaps = createBitmaps(source, "highest");
  const headSize = bitmapSize(blockSize);

  /** What lies at `guestAt`, before `end`. */
  function stretchAt(guestAt: number, end: number): Stretch {
    const index = Math.floor(guestAt / blockSize);
    const entry = table.entry(index);
    if (entry === unusedEntry) {
      const next = table.nextUsed(index + 1, Math.ceil(end / blockSize));
      return { host: -1, length: Math.min(next * blockSize, end) - guestAt };
    }
    const bitmapAt = entry * sectorSize;
    const blockAt = bitmapAt + headSize;
    if (bitmapAt < footerSize || blockAt >= dataEnd) throw entryError(index, entry);
    const inBlock = guestAt % blockSize;
    const sector = Math.floor(inBlock / sectorSize);
    const stop = Math.min(blockSize, inBlock + end - guestAt);
    const run = bitmaps.run(bitmapAt, sector, Math.ceil(stop / sectorSize));
    const length = Math.min((sector + run.sectors) * sectorSize, stop) - inBlock;
    if (!run.stored) return { host: -1, length };
    const host = blockAt + inBlock;
    // The last block may end with the disk; what is needed of it must be there.
    if (host >= dataEnd) throw entryError(index, entry);
    return { host, length: Math.min(length, dataEnd - host) };
  }

  function entryError(index: number, entry: number): ImageError {
    return new ImageError(
      "invalid-table",
      `${source.name}: block ${index} lies in sector ${entry}, where no block can be`,
      {
        file: source.name,
        at: tableOffset + index * entrySize,
        expected: `a block within bytes ${footerSize} to ${dataEnd}`,
        found: entry,
      },
    );
  }

  return (guestAt, max): Run => {
    const end = Math.min(guestAt + max, size);
    const { host, length: first } = stretchAt(guestAt, end);
    let until = guestAt + first;
    // Stored blocks never touch: a bitmap lies before each.
    while (host < 0 && until < end) {
      // A damaged entry further on is told when it is asked for.
      const next = attempt(() => stretchAt(until, end));
      if (next === undefined || next.host >= 0) break;
      until += next.length;
    }
    const length = until - guestAt;
    if (host >= 0) return { kind: "data", source, at: host, length };
    if (parentMissing !== undefined) throw parentMissing();
    return { kind: "unallocated", length };
  };
}

/** What `look` yields, or undefined when it meets damage. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}

function cutOff(source: ByteSource, dataEnd: number, at: number, length: number): ImageError {
  return new ImageError(
    "truncated",
    `${source.name} holds ${dataEnd} bytes of a larger disk; ${length} bytes are needed at byte ${at}`,
    { file: source.name, at, expected: length, found: Math.max(0, dataEnd - at) },
  );
}
