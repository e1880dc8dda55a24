import * as zlib from "node:zlib";
import { ImageError } from "../errors";
import { createZstdBlocks, mostBlock } from "./zstd-block";

/** Zstandard (RFC 8878), synchronous, one frame a call. */
export interface Zstd {
  /** Which implementation this is. */
  readonly id: "node" | "portable";
  /**
   * Decodes the frame at the beginning of `from`, which must yield exactly `into.length` bytes.
   * What follows the frame is ignored. Decoding stops soon after `into.length` bytes.
   * `into` is left as it was when this throws.
   * @throws ImageError `corrupt-data` when the frame is damaged, cut off, longer or shorter;
   *   `unsupported` when it needs a dictionary or a window past 128 MiB.
   */
  decode(from: Uint8Array, into: Uint8Array): void;
}

const magic = 0xfd2fb528;

/** The largest window that libzstd takes unless it is told otherwise, in bytes. */
const mostWindow = 128 * 2 ** 20;

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

interface FrameHeader {
  /** Where its blocks begin. */
  readonly blocksAt: number;
  /** Bytes of the checksum behind them. */
  readonly checksum: number;
}

/**
 * Checks a frame's header against what it must yield (RFC 8878, 3.1.1.1).
 */
function readHeader(from: Uint8Array, expected: number): FrameHeader {
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

/** A block of a frame (RFC 8878, 3.1.1.2). */
interface Block {
  readonly type: "raw" | "repeated" | "compressed";
  /** Bytes that a raw or repeated block yields; stored bytes of a compressed one. */
  readonly size: number;
  readonly stored: Uint8Array;
}

interface Frame {
  readonly blocks: readonly Block[];
  /** All of it, and nothing of what follows. */
  readonly bytes: Uint8Array;
}

const blockTypes = ["raw", "repeated", "compressed"] as const;

/**
 * The frame at the beginning of `from`: its end is found by stepping from block to block.
 * @throws ImageError as `Zstd.decode`.
 */
function frameIn(from: Uint8Array, expected: number): Frame {
  const { blocksAt, checksum } = readHeader(from, expected);
  const blocks: Block[] = [];
  let plain = 0;
  for (let at = blocksAt; at + 3 <= from.length;) {
    const header = numberAt(from, at, 3);
    const size = header >> 3;
    const type = blockTypes[(header >> 1) & 3];
    if (type === undefined || size > mostBlock) throw corrupt("a block is damaged", expected);
    // What these yield is known before anything is decoded.
    if (type !== "compressed") plain += size;
    if (plain > expected) throw corrupt("the frame holds more", expected);
    const end = at + 3 + (type === "repeated" ? 1 : size);
    if (end > from.length) break;
    blocks.push({ type, size, stored: from.subarray(at + 3, end) });
    at = end;
    if ((header & 1) === 0) continue;
    if (at + checksum > from.length) break;
    return { blocks, bytes: from.subarray(0, at + checksum) };
  }
  throw corrupt("unexpected end of file", expected);
}

type DecompressSync = (
  bytes: Uint8Array,
  options: { maxOutputLength: number; chunkSize: number },
) => Uint8Array;

/** Node's, from 22.15 on; its types here are of an older one. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: DecompressSync };

/** Node's zlib: native code. Undefined where this Node has no Zstandard yet. */
export const nodeZstd: Zstd | undefined = zstdDecompressSync && {
  id: "node",
  decode(from, into) {
    const expected = into.length;
    const { bytes } = frameIn(from, expected);
    let decoded: Uint8Array;
    try {
      const most = Math.max(1, expected);
      decoded = zstdDecompressSync(bytes, { maxOutputLength: most, chunkSize: most + 64 });
    } catch (cause) {
      // A RangeError is Node's word for more output than it was allowed.
      const found = cause instanceof RangeError ? "the frame holds more" : String(cause);
      throw corrupt(found, expected, cause);
    }
    if (decoded.length !== expected) throw corrupt(`it holds ${decoded.length}`, expected);
    into.set(decoded);
  },
};

/** The format's rules in plain JavaScript, for where Node's is missing. It does not look at checksums. */
export const portableZstd: Zstd = {
  id: "portable",
  decode(from, into) {
    const expected = into.length;
    const { blocks } = frameIn(from, expected);
    const decoder = createZstdBlocks();
    const out = new Uint8Array(expected);
    let at = 0;
    for (const { type, size, stored } of blocks) {
      if (type === "compressed") {
        at = decoder.decode(stored, out, at);
        continue;
      }
      if (at + size > expected) throw corrupt("the frame holds more", expected);
      if (type === "raw") out.set(stored, at);
      else out.fill(stored[0] ?? 0, at, at + size);
      at += size;
    }
    if (at !== expected) throw corrupt(`it holds ${at}`, expected);
    into.set(out);
  },
};

/** The implementation to use here: Node's where there is one. */
export function zstd(): Zstd {
  return nodeZstd ?? portableZstd;
}
