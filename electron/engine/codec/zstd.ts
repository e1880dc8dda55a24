import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { ImageError } from "../errors";

/** Zstandard (RFC 8878), synchronous, one frame a call. */
export interface Zstd {
  /** Which implementation this is. */
  readonly id: "node" | "portable";
  /**
   * Decodes the frame at the beginning of `from`, which must yield exactly `into.length` bytes.
   * What follows the frame is ignored. Decoding stops soon after `into.length` bytes.
   * `into` is left as it was when this throws.
   * @throws ImageError `corrupt-data` when the frame is damaged, cut off, longer or shorter;
   *   `unsupported` when it needs a dictionary or a window past 8 MiB.
   */
  decode(from: Uint8Array, into: Uint8Array): void;
}

const magic = 0xfd2fb528;

/** The window that every decoder has to be able to keep (RFC 8878, 3.1.1.1.2), in bytes. */
const mostWindow = 8 * 2 ** 20;

/** Bytes that one block yields at most. */
const mostBlock = 128 * 1024;

function corrupt(found: string, expected: number | string, cause?: unknown): ImageError {
  const message = `compressed data does not decode to ${expected} bytes: ${found}`;
  return new ImageError("corrupt-data", message, { expected, found, cause });
}

/** The little-endian number in the `length` bytes at `at`; bytes past the end count as 0. */
function numberAt(bytes: Uint8Array, at: number, length: number): number {
  let number = 0;
  for (let i = length - 1; i >= 0; i--) number = number * 256 + (bytes[at + i] ?? 0);
  return number;
}

/**
 * Checks a frame's header against what it must yield (RFC 8878, 3.1.1.1).
 * @returns Where its blocks begin, and the bytes of the checksum behind them.
 */
function readHeader(from: Uint8Array, expected: number): { blocksAt: number; checksum: number } {
  if (numberAt(from, 0, 4) !== magic) throw corrupt("it is no Zstandard frame", expected);
  const flags = from[4] ?? 0;
  const single = (flags & 0x20) !== 0;
  if ((flags & 0x08) !== 0) throw corrupt("a reserved bit of the frame is set", expected);
  let at = 5;
  if (!single) {
    const window = from[at++] ?? 0;
    const base = 2 ** (10 + (window >> 3));
    const bytes = base + (base / 8) * (window & 7);
    if (bytes > mostWindow) {
      throw new ImageError("unsupported", `a Zstandard window of ${bytes} bytes is too large`, {
        expected: `at most ${mostWindow}`,
        found: bytes,
      });
    }
  }
  const dictionaryLength = [0, 1, 2, 4][flags & 3] ?? 0;
  const dictionary = numberAt(from, at, dictionaryLength);
  if (dictionary !== 0) {
    const message = `the Zstandard dictionary ${dictionary} is needed`;
    throw new ImageError("unsupported", message, { expected: "none", found: dictionary });
  }
  at += dictionaryLength;
  const sizeLength = [single ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  if (sizeLength > 0) {
    const size = numberAt(from, at, sizeLength) + (sizeLength === 2 ? 256 : 0);
    if (size !== expected) throw corrupt(`it holds ${size}`, expected);
  }
  return { blocksAt: at + sizeLength, checksum: (flags & 4) === 0 ? 0 : 4 };
}

/**
 * The frame at the beginning of `from`, without what follows it: found by stepping from block to block.
 * @throws ImageError as `Zstd.decode`.
 */
function frameIn(from: Uint8Array, expected: number): Uint8Array {
  const { blocksAt, checksum } = readHeader(from, expected);
  let plain = 0;
  for (let at = blocksAt; at + 3 <= from.length;) {
    const block = numberAt(from, at, 3);
    const type = (block >> 1) & 3;
    const size = block >> 3;
    if (type === 3 || size > mostBlock) throw corrupt("a block is damaged", expected);
    // Raw and repeated bytes: what they yield is known before anything is decoded.
    if (type < 2) plain += size;
    if (plain > expected) throw corrupt("the frame holds more", expected);
    at += 3 + (type === 1 ? 1 : size);
    if ((block & 1) === 0) continue;
    if (at + checksum > from.length) break;
    return from.subarray(0, at + checksum);
  }
  throw corrupt("unexpected end of file", expected);
}

type DecompressSync = (
  bytes: Uint8Array,
  options: { maxOutputLength: number; chunkSize: number },
) => Uint8Array;

/** Node's own, from 22.15 on; its types here are of an older one. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: DecompressSync };

/** Node's zlib: native code. Undefined where this Node has no Zstandard yet. */
export const nodeZstd: Zstd | undefined = zstdDecompressSync && {
  id: "node",
  decode(from, into) {
    const expected = into.length;
    const frame = frameIn(from, expected);
    let decoded: Uint8Array;
    try {
      const most = Math.max(1, expected);
      decoded = zstdDecompressSync(frame, { maxOutputLength: most, chunkSize: most + 64 });
    } catch (cause) {
      // A RangeError is Node's word for more output than it was allowed.
      const found = cause instanceof RangeError ? "the frame holds more" : String(cause);
      throw corrupt(found, expected, cause);
    }
    if (decoded.length !== expected) throw corrupt(`it holds ${decoded.length}`, expected);
    into.set(decoded);
  },
};

/** fzstd: plain JavaScript, for where Node's is missing. It does not look at checksums. */
export const portableZstd: Zstd = {
  id: "portable",
  decode(from, into) {
    const expected = into.length;
    const frame = frameIn(from, expected);
    const blocks: Uint8Array[] = [];
    let total = 0;
    const decoder = new Decompress((block) => {
      total += block.length;
      // Thrown through push: the only way to stop it from decoding on.
      if (total > expected) throw corrupt("the frame holds more", expected);
      blocks.push(block);
    });
    try {
      decoder.push(frame, true);
    } catch (cause) {
      throw cause instanceof ImageError ? cause : corrupt(String(cause), expected, cause);
    }
    if (total !== expected) throw corrupt(`it holds ${total}`, expected);
    let at = 0;
    for (const block of blocks) {
      into.set(block, at);
      at += block.length;
    }
  },
};

/** The implementation to use here: Node's where there is one. */
export function zstd(): Zstd {
  return nodeZstd ?? portableZstd;
}
