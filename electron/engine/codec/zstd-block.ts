import { zstdError } from "./zstd-bits";
import type { HuffmanTable } from "./zstd-huffman";
import { readLiterals } from "./zstd-literals";
import { eachSequence, readSequencesHeader, type SequenceTables } from "./zstd-sequences";

/** Bytes that one block yields at most, whatever its frame's window. */
export const mostBlock = 128 * 1024;

/** Decodes the blocks of one frame, in order: they use one another's tables and bytes. */
export interface ZstdBlocks {
  /**
   * Decodes a compressed block into `out` from byte `at` on. What lies before in `out` is what matches
   * are taken from.
   * @returns The byte behind what it wrote, at most `out.length`.
   * @throws ImageError `corrupt-data`, also for a block that yields more than it may or has room.
   */
  decode(block: Uint8Array, out: Uint8Array, at: number): number;
}

/** A decoder for a new frame. */
export function createZstdBlocks(): ZstdBlocks {
  let huffman: HuffmanTable | undefined;
  let tables: SequenceTables | undefined;
  /** The last three offsets, the latest first. */
  let near = 1;
  let far = 4;
  let farthest = 8;

  /** The offset that is meant (RFC 8878, 3.1.1.5), and keeps it. */
  function resolve(told: number, literals: number): number {
    if (told > 3) {
      farthest = far;
      far = near;
      near = told - 3;
      return near;
    }
    const index = literals === 0 ? told : told - 1;
    if (index === 0) return near;
    const offset = index === 1 ? far : index === 2 ? farthest : near - 1;
    if (index > 1) farthest = far;
    far = near;
    near = offset;
    return offset;
  }

  return {
    decode(block, out, start) {
      const limit = Math.min(out.length, start + mostBlock);
      const literals = readLiterals(block, huffman, mostBlock);
      huffman = literals.table ?? huffman;
      const { bytes } = literals;
      const header = readSequencesHeader(block, literals.end, tables);
      let at = start;
      let taken = 0;

      function takeLiterals(count: number): void {
        if (taken + count > bytes.length) throw zstdError("there are too few literals");
        if (at + count > limit) throw zstdError("a block holds more than it may");
        if (count > 16) out.set(bytes.subarray(taken, taken + count), at);
        else for (let i = 0; i < count; i++) out[at + i] = bytes[taken + i] ?? 0;
        taken += count;
        at += count;
      }

      if (header.tables !== undefined) {
        tables = header.tables;
        const stream = block.subarray(header.at);
        eachSequence(stream, header.count, tables, (count, told, match) => {
          takeLiterals(count);
          const offset = resolve(told, count);
          if (offset < 1 || offset > at) throw zstdError("an offset is too far back");
          if (at + match > limit) throw zstdError("a block holds more than it may");
          copyMatch(out, at, offset, match);
          at += match;
        });
      }
      takeLiterals(bytes.length - taken);
      return at;
    },
  };
}

/** Repeats what lies `offset` bytes before `at`; the two may overlap, and then it repeats itself. */
function copyMatch(out: Uint8Array, at: number, offset: number, length: number): void {
  if (offset === 1) out.fill(out[at - 1] ?? 0, at, at + length);
  else if (offset >= length && length > 32) out.copyWithin(at, at - offset, at - offset + length);
  else for (let i = at; i < at + length; i++) out[i] = out[i - offset] ?? 0;
}
