import { fields } from "../../codec/fields";
import type { ImageErrorCode, ImageErrorDetail } from "../../errors";
import type { ByteSource } from "../../io/source";
import { chunkKind, type ChunkKind } from "./chunk-kind";
import { dmgError } from "./dmg-error";
import { sectorSize, type Koly } from "./koly";
import type { TableEntry } from "./property-list";

const signature = 0x6d697368;
const version = 1;
/** Bytes of a table before its chunks, and of each chunk. */
const headSize = 204;
const entrySize = 40;

/** A stretch of the disk that is stored in one way: BLKXChunkEntry. */
export interface Chunk {
  readonly kind: ChunkKind;
  /** Guest bytes: the first, and how many; both whole sectors. */
  readonly start: number;
  readonly length: number;
  /** Bytes in the image file: the first, and how many. */
  readonly at: number;
  readonly stored: number;
}

/** A block table, BLKXTable. */
export interface BlockTable {
  readonly name: string;
  /** Guest byte behind the table's last sector. */
  readonly end: number;
  readonly chunks: readonly Chunk[];
}

/**
 * Reads and checks a block table; chunks without sectors are left out.
 * @throws ImageError `invalid-table`, `unsupported` (version), `limit`.
 */
export function readBlockTable(source: ByteSource, koly: Koly, entry: TableEntry): BlockTable {
  const { name, data } = entry;
  const table = fields(data, { order: "big" });

  // Where in the file the table lies cannot be told to the byte: it is in base64.
  function fail(code: ImageErrorCode, problem: string, detail: ImageErrorDetail): never {
    const { at } = koly.xml;
    throw dmgError(code, source, at, `the block table '${name}' ${problem}`, detail);
  }
  /** A 64-bit field; what is more than any place or size can be makes the sums that follow fail. */
  const wide = (at: number): number => Number(table.bits64(at));
  function bytesOf(sectors: number, what: string): number {
    const bytes = sectors * sectorSize;
    if (Number.isSafeInteger(bytes)) return bytes;
    return fail("limit", `has an impossible ${what}`, { found: `${sectors} sectors` });
  }

  if (data.length < headSize)
    fail("invalid-table", "is too short", { expected: headSize, found: data.length });
  if (table.u32(0) !== signature)
    fail("invalid-table", "has no signature", { expected: signature, found: table.u32(0) });
  if (table.u32(4) !== version)
    fail("unsupported", "is of another version", { expected: version, found: table.u32(4) });
  const count = table.u32(200);
  const most = Math.floor((data.length - headSize) / entrySize);
  if (count > most)
    fail("invalid-table", "has fewer chunks than it says", { expected: count, found: most });

  const chunks: Chunk[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = headSize + index * entrySize;
    const kind = chunkKind(table.u32(at));
    if (kind === "terminator") break;
    const sectors = wide(at + 16);
    if (kind === "comment" || sectors === 0) continue;
    const start = bytesOf(wide(8) + wide(at + 8), "first sector of a chunk");
    const length = bytesOf(sectors, "size of a chunk");
    bytesOf((start + length) / sectorSize, "end of a chunk");
    const place = koly.dataForkOffset + wide(24) + wide(at + 24);
    chunks.push({ kind, start, length, at: place, stored: wide(at + 32) });
  }
  return { name, end: bytesOf(wide(8) + wide(16), "size"), chunks };
}
