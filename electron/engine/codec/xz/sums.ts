import { crc32 } from "../crc32";
import type { BlockSizes } from "./block";

/** What the blocks of a stream come to, so that none of them has to be remembered. */
export interface BlockSums {
  readonly count: number;
  /** Bytes of all blocks in the file, each filled up to four bytes. */
  readonly packed: number;
  readonly unpacked: number;
  /** CRC-32 over the blocks' sizes in their order. */
  readonly order: number;
}

export const noBlocks: BlockSums = { count: 0, packed: 0, unpacked: 0, order: 0 };

/** `sums` with one more block. */
export function withBlock(sums: BlockSums, { unpadded, unpacked }: BlockSizes): BlockSums {
  const sizes = new Uint8Array(Float64Array.of(unpadded, unpacked).buffer);
  return {
    count: sums.count + 1,
    packed: sums.packed + Math.ceil(unpadded / 4) * 4,
    unpacked: sums.unpacked + unpacked,
    order: crc32(sizes, sums.order),
  };
}
