import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import { blockSize, readNumber } from "./header";

/** A stretch of a sparse file that is stored, in bytes. */
export interface SparsePiece {
  /** Where it belongs in the file. */
  readonly at: number;
  readonly length: number;
}

/** What is stored of a sparse file: the pieces lie one behind the other in the archive. */
export interface SparseMap {
  /** Length of the file with its holes, in bytes. */
  readonly size: number;
  /** In order, and apart; none is empty. */
  readonly pieces: readonly SparsePiece[];
  /** Blocks of 512 bytes between the header and the data. */
  readonly blocks: number;
}

/** Pieces of one file, at most: what GNU tar makes of a disk of 2 TiB in pieces of 8 MiB. */
const mostPieces = 2 ** 18;

/** Bytes of a piece's place and length, and of one of these numbers. */
const entrySize = 24;
const numberSize = 12;

/** Where in the header and in each block behind it the pieces are told, and whether more blocks follow. */
const inHeader = { entriesAt: 386, entries: 4, moreAt: 482 };
const inBlock = { entriesAt: 0, entries: 21, moreAt: 504 };
const realSizeAt = 483;

/**
 * Reads the map of a sparse file as GNU tar writes it by itself (`--format=gnu`, "oldgnu").
 * @param header The file's header, which begins at `at`.
 * @throws ImageError `invalid-header`, `limit`, `truncated`, `io`.
 */
export function readSparseMap(source: ByteSource, header: Uint8Array, at: number): SparseMap {
  const file = source.name;
  const size = readNumber(header.subarray(realSizeAt, realSizeAt + numberSize), { file, at });
  const pieces: SparsePiece[] = [];
  const block = header.slice();
  let blocks = 0;
  for (let place = inHeader; ; place = inBlock) {
    for (let index = 0; index < place.entries; index += 1) {
      const from = place.entriesAt + index * entrySize;
      const number = (field: number): number =>
        readNumber(block.subarray(field, field + numberSize), { file, at });
      // The rest of the entries is not in use.
      if (block[from + numberSize] === 0) break;
      const length = number(from + numberSize);
      if (length > 0) pieces.push({ at: number(from), length });
    }
    if (block[place.moreAt] === 0) return { size, pieces, blocks };
    if (pieces.length > mostPieces)
      throw new ImageError("limit", `${file}: a sparse file has too many pieces`, {
        file,
        at,
        expected: `at most ${mostPieces}`,
      });
    source.read(at + (1 + blocks) * blockSize, block);
    blocks += 1;
  }
}

/**
 * The map, when its pieces are in order and within the file, and are what is stored.
 * @param stored Bytes that the archive holds of the file.
 * @throws ImageError `invalid-table`.
 */
export function checkedMap(
  source: ByteSource,
  map: SparseMap,
  at: number,
  stored: number,
): SparseMap {
  let end = 0;
  let sum = 0;
  for (const piece of map.pieces) {
    if (piece.at < end) throw invalid(source, at, "pieces of a sparse file overlap");
    end = piece.at + piece.length;
    sum += piece.length;
  }
  if (end > map.size) throw invalid(source, at, "a piece reaches past its sparse file's end");
  if (sum !== stored) throw invalid(source, at, "a sparse file is not as long as its pieces");
  return map;
}

function invalid({ name }: ByteSource, at: number, problem: string): ImageError {
  return new ImageError("invalid-table", `${name}: ${problem}`, { file: name, at });
}
