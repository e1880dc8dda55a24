import type { ByteInput } from "../byte-input";
import { crc32 } from "../crc32";
import { readNumber } from "./number";
import { noBlocks, withBlock, type BlockSums } from "./sums";
import { corruptXz } from "./xz-error";

/**
 * Reads the index of a stream, which begins with the next byte, and checks its CRC32.
 * @throws ImageError `corrupt-data`, `truncated`, `io`.
 */
export function readStreamIndex(input: ByteInput): BlockSums {
  const begin = input.at;
  let sum = 0;
  function u8(): number {
    const byte = input.bytes(1);
    sum = crc32(byte, sum);
    return byte[0] ?? 0;
  }
  const number = (): number => readNumber(u8);

  if (u8() !== 0) throw corruptXz("no index");
  const count = number();
  let sums = noBlocks;
  while (sums.count < count) sums = withBlock(sums, { unpadded: number(), unpacked: number() });
  while ((input.at - begin) % 4 !== 0) if (u8() !== 0) throw corruptXz("no zeros behind the index");
  const expected = sum;
  const stored = input.bytes(4);
  if (new DataView(stored.buffer, stored.byteOffset).getUint32(0, true) !== expected)
    throw corruptXz("the index has another checksum");
  return sums;
}
