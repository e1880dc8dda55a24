import type { CopyBuffer } from "./copy-buffer";
import type { BlockRun } from "./batch";

/** Whether `length` bytes of the buffer from `at` on are all zero; `at` is a multiple of 4. */
function isZero({ bytes, words, zeros }: CopyBuffer, at: number, length: number): boolean {
  // Most blocks of data differ from zero in their first word, and the call costs more than the
  // look.
  if (length >= 4 && words[at / 4] !== 0) return false;
  return bytes.compare(zeros, 0, length, at, at + length) === 0;
}

/**
 * The longest runs of blocks that hold anything but zeros, in order.
 * @param length Bytes of the buffer to look at.
 * @param block Bytes of a block, a multiple of 4; the last one may be shorter.
 * @param start Where in the buffer block 0 begins, a multiple of 4.
 */
export function nonZeroRuns(
  buffer: CopyBuffer,
  length: number,
  block: number,
  start = 0,
): BlockRun[] {
  const runs: BlockRun[] = [];
  if (isZero(buffer, start, length)) return runs;
  const { words } = buffer;
  const blocks = Math.ceil(length / block);
  let from = -1;
  for (let index = 0; index < blocks; index++) {
    const at = index * block;
    // As isZero begins, which is not worth a call for every block of data.
    const zero =
      words[(start + at) / 4] === 0 && isZero(buffer, start + at, Math.min(block, length - at));
    if (!zero && from < 0) from = index;
    if (zero && from >= 0) {
      runs.push({ from, to: index });
      from = -1;
    }
  }
  if (from >= 0) runs.push({ from, to: blocks });
  return runs;
}

/** The runs of blocks that are to be written: all of them when zeros are kept, else as `nonZeroRuns`. */
export function writtenRuns(
  { buffer, keepZeros }: { readonly buffer: CopyBuffer; readonly keepZeros?: boolean },
  length: number,
  block: number,
  start = 0,
): BlockRun[] {
  if (keepZeros !== true) return nonZeroRuns(buffer, length, block, start);
  return [{ from: 0, to: Math.ceil(length / block) }];
}
