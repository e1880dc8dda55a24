import { createSha256 } from "../codec/digest";

/** A hash of guest bytes, which are fed in order. */
export interface GuestDigest {
  data(bytes: Uint8Array): void;
  /** @param checkpoint Called now and then with the bytes since the last call. @throws to stop. */
  zeros(length: number, checkpoint: (bytes: number) => void): void;
  /** In lower-case hexadecimal; nothing can be fed after it. */
  hex(): string;
}

/** Bytes of zeros that are hashed at once. */
const ZEROS = 4 * 1024 * 1024;
/** What counts as a block with data; see docs/glossary.md. */
const BLOCK = 64 * 1024;

/** SHA-256 over every byte. */
export function digestOfAll(): GuestDigest {
  const hash = createSha256();
  const zeros = new Uint8Array(ZEROS);
  return {
    data: (bytes) => hash.update(bytes),
    zeros(length, checkpoint) {
      for (let left = length; left > 0;) {
        const step = Math.min(left, ZEROS);
        hash.update(zeros.subarray(0, step));
        checkpoint(step);
        left -= step;
      }
    },
    hex: () => hash.hex(),
  };
}

/**
 * SHA-256 over the aligned blocks of 64 KiB that hold anything but zeros, in ascending order: for
 * each its guest offset in bytes (64 bits, little-endian) and then its bytes, fewer for the disk's
 * last block.
 */
export function digestOfDataBlocks(): GuestDigest {
  const hash = createSha256();
  const zeros = Buffer.alloc(BLOCK);
  const block = Buffer.alloc(BLOCK);
  const offset = Buffer.alloc(8);
  let blockAt = 0;
  let filled = 0;

  function endBlock(bytes: Uint8Array): void {
    if (zeros.compare(bytes, 0, bytes.length, 0, bytes.length) !== 0) {
      offset.writeBigUInt64LE(BigInt(blockAt));
      hash.update(offset);
      hash.update(bytes);
    }
    blockAt += bytes.length;
    filled = 0;
  }

  /** Adds to the block that is begun; the answer is how many bytes went into it. */
  function fill(length: number, put: (into: Buffer) => void): number {
    const step = Math.min(length, BLOCK - filled);
    put(block.subarray(filled, filled + step));
    filled += step;
    if (filled === BLOCK) endBlock(block);
    return step;
  }

  return {
    data(bytes) {
      for (let at = 0; at < bytes.length;) {
        const from = at;
        if (filled > 0 || bytes.length - at < BLOCK) {
          at += fill(bytes.length - at, (into) =>
            into.set(bytes.subarray(from, from + into.length)),
          );
        } else {
          endBlock(bytes.subarray(at, at + BLOCK));
          at += BLOCK;
        }
      }
    },
    zeros(length, checkpoint) {
      let left = length;
      if (filled > 0) left -= fill(left, (into) => into.fill(0));
      // Whole blocks of zeros count for nothing.
      const whole = left - (left % BLOCK);
      blockAt += whole;
      if (left > whole) fill(left - whole, (into) => into.fill(0));
      checkpoint(length);
    },
    hex() {
      if (filled > 0) endBlock(block.subarray(0, filled));
      return hash.hex();
    },
  };
}
