import * as zlib from "node:zlib";
import { Inflate, deflate as pakoDeflate, deflateRaw as pakoDeflateRaw } from "pako";
import { ImageError } from "../errors";

/** Deflate, raw (RFC 1951) or in zlib's wrapper (RFC 1950), synchronous, one unit a call. */
export interface Compression {
  /** Which implementation this is. */
  readonly id: "node" | "portable";
  /**
   * Decodes the stream at the beginning of `from`, which must yield exactly `into.length` bytes.
   * What follows the stream's end is ignored. Decoding stops soon after `into.length` bytes,
   * however much the stream holds.
   * `into` is left as it was when this throws.
   * @throws ImageError `corrupt-data` when the stream is damaged, cut off, longer or shorter.
   */
  inflateRaw(from: Uint8Array, into: Uint8Array): void;
  /**
   * Decodes the zlib-wrapped stream (RFC 1950) at the beginning of `from`, at most `most` bytes, and
   * checks its Adler-32. What follows the stream's end is ignored. Decoding stops soon after `most` bytes.
   * @throws ImageError `corrupt-data` when the stream is damaged, cut off or longer.
   */
  inflateZlib(from: Uint8Array, most: number): Uint8Array;
  /**
   * Encodes all of `from` as one stream. The result may be longer than `from`.
   * @param windowBits Base-2 logarithm of how far back a match may reach, 9 to 15 (qcow2: 12).
   * @param level 1 (fastest) to 9 (smallest).
   */
  deflateRaw(from: Uint8Array, windowBits: number, level: number): Uint8Array;
  /**
   * Encodes all of `from` as one zlib-wrapped stream (RFC 1950) with a window of 32 KiB. The result
   * may be longer than `from`.
   * @param level 0 (stored as it is) to 9 (smallest).
   */
  deflateZlib(from: Uint8Array, level: number): Uint8Array;
}

/** zlib's measure of the memory it may use for matching; 9 is what qemu-img uses. */
const memLevel = 9;

/** Room behind the expected output, so that the codec gets to the end of the stream in its first call. */
const slack = 64;

function corrupt(expected: number | string, found: string | number, cause?: unknown): ImageError {
  return new ImageError(
    "corrupt-data",
    `compressed data does not decode to ${expected} bytes: ${found}`,
    { expected, found, cause },
  );
}

const tooLong = "the stream holds more";

/** Node's own zlib: native code. */
export const nodeCompression: Compression = {
  id: "node",
  inflateRaw(from, into) {
    const expected = into.length;
    let decoded: Uint8Array;
    try {
      decoded = zlib.inflateRawSync(from, {
        // Node takes no limit of 0.
        maxOutputLength: Math.max(1, expected),
        chunkSize: expected + slack,
      });
    } catch (cause) {
      // A RangeError is Node's word for more output than it was allowed.
      throw corrupt(expected, cause instanceof RangeError ? tooLong : String(cause), cause);
    }
    if (decoded.length !== expected) throw corrupt(expected, `it holds ${decoded.length}`);
    into.set(decoded);
  },
  inflateZlib(from, most) {
    try {
      return zlib.inflateSync(from, {
        maxOutputLength: Math.max(1, most),
        chunkSize: most + slack,
      });
    } catch (cause) {
      const found = cause instanceof RangeError ? tooLong : String(cause);
      throw corrupt(`at most ${most}`, found, cause);
    }
  },
  deflateRaw: (from, windowBits, level) =>
    zlib.deflateRawSync(from, { windowBits, level, memLevel, chunkSize: from.length + slack }),
  deflateZlib: (from, level) =>
    zlib.deflateSync(from, { level, memLevel, chunkSize: from.length + slack }),
};

/** Decodes with pako. @param limits `most` bytes are allowed; `expected` is for the error's words. */
function inflateChunks(
  from: Uint8Array,
  { raw, most, expected }: { raw: boolean; most: number; expected: number | string },
): Uint8Array[] {
  const inflate = new Inflate({ raw, chunkSize: most + slack });
  const chunks: Uint8Array[] = [];
  let total = 0;
  inflate.onData = (chunk) => {
    total += chunk.length;
    // Thrown through push: the only way to stop it from decoding on.
    if (total > most) throw corrupt(expected, tooLong);
    chunks.push(chunk);
  };
  inflate.push(from, true);
  if (inflate.err !== 0) throw corrupt(expected, inflate.msg || `zlib error ${inflate.err}`);
  if (!inflate.ended) throw corrupt(expected, "unexpected end of file");
  return chunks;
}

/** Copies the chunks one behind the other into `into`. */
function joinChunks(chunks: readonly Uint8Array[], into: Uint8Array): Uint8Array {
  let at = 0;
  for (const chunk of chunks) {
    into.set(chunk, at);
    at += chunk.length;
  }
  return into;
}

/** pako: zlib in plain JavaScript, for where Node's is missing, and the second opinion in tests. */
export const portableCompression: Compression = {
  id: "portable",
  inflateRaw(from, into) {
    const expected = into.length;
    const chunks = inflateChunks(from, { raw: true, most: expected, expected });
    const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (total !== expected) throw corrupt(expected, `it holds ${total}`);
    joinChunks(chunks, into);
  },
  inflateZlib(from, most) {
    const chunks = inflateChunks(from, { raw: false, most, expected: `at most ${most}` });
    return joinChunks(chunks, new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0)));
  },
  deflateRaw: (from, windowBits, level) => pakoDeflateRaw(from, { windowBits, level, memLevel }),
  deflateZlib: (from, level) => pakoDeflate(from, { level, memLevel }),
};

/** The implementation to use here: Node's zlib where there is one. */
export function compression(): Compression {
  return typeof zlib.inflateRawSync === "function" ? nodeCompression : portableCompression;
}

/** zlib's zstd calls, which Node has since 22.15. */
const { zstdCompressSync, constants } = zlib as typeof zlib & {
  zstdCompressSync?: (from: Uint8Array, options: object) => Uint8Array;
  constants: { ZSTD_c_compressionLevel?: number };
};

function noZstd(): ImageError {
  return new ImageError("unsupported", "This runtime cannot compress with zstd", {
    expected: "Node 22.15 or later",
    found: process.version,
    hint: "Choose compression_type zlib.",
  });
}

/** @throws ImageError `unsupported` where this runtime cannot encode zstd. */
export function requireZstd(): void {
  if (zstdCompressSync === undefined) throw noZstd();
}

/**
 * Encodes all of `from` as one zstd frame (RFC 8878). The result may be longer than `from`.
 * @param level 1 (fastest) to 19 (smallest).
 * @throws ImageError `unsupported` as `requireZstd`.
 */
export function encodeZstd(from: Uint8Array, level: number): Uint8Array {
  if (zstdCompressSync === undefined) throw noZstd();
  const params = { [constants.ZSTD_c_compressionLevel ?? 0]: level };
  return zstdCompressSync(from, { params, chunkSize: from.length + slack });
}
