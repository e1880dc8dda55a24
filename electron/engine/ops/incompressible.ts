import type { Compression } from "../codec/compression";

/** In shorter blocks the look would cost as much as trying. */
const SHORTEST = 16 * 1024;

/** Bytes that are looked at closer. */
const SAMPLE = 4096;

/** A part of a block's size that is not worth the work of encoding and decoding it. */
const WORTH = 1 / 100;

/**
 * Tells blocks that deflate would hardly make shorter (encrypted or compressed data), five times as
 * fast as trying: all their byte values are about as frequent, and a sample has no repetitions.
 * What it lets through may still not get shorter.
 */
export function createIncompressibleTest({
  deflateRaw,
}: Compression): (block: Uint8Array) => boolean {
  const counts = new Uint32Array(256);

  /** Whether Huffman codes alone would save so little. */
  function isEven(bytes: Uint8Array): boolean {
    counts.fill(0);
    for (let at = 0; at < bytes.length; at++) {
      const value = bytes[at] ?? 0;
      counts[value] = (counts[value] ?? 0) + 1;
    }
    let weighted = 0;
    for (const count of counts) if (count > 1) weighted += count * Math.log2(count);
    // Shannon's entropy in bits. A short sample of even data looks less even than it is, by about
    // 1 / (2 ln 2) bit for each of 255 values (Miller and Madow).
    const bits = bytes.length * Math.log2(bytes.length) - weighted + 255 / (2 * Math.LN2);
    return bits >= bytes.length * 8 * (1 - WORTH);
  }

  return (block) => {
    if (block.length < SHORTEST) return false;
    const sample = block.subarray((block.length - SAMPLE) / 2, (block.length + SAMPLE) / 2);
    // Most of what can be compressed shows it in the sample already.
    return (
      isEven(sample) && isEven(block) && deflateRaw(sample, 12, 1).length >= SAMPLE * (1 - WORTH)
    );
  };
}
