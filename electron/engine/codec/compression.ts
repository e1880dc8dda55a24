import * as zlib from "node:zlib";
import { Inflate, deflateRaw as pakoDeflateRaw } from "pako";
import { ImageError } from "../errors";

/** Raw deflate (RFC 1951, without zlib's or gzip's wrapper), synchronous, one unit a call. */
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
   * Encodes all of `from` as one stream. The result may be longer than `from`.
   * @param windowBits Base-2 logarithm of how far back a match may reach, 9 to 15 (qcow2: 12).
   * @param level 1 (fastest) to 9 (smallest).
   */
  deflateRaw(from: Uint8Array, windowBits: number, level: number): Uint8Array;
}

/** zlib's measure of the memory it may use for matching; 9 is what qemu-img uses. */
const memLevel = 9;

/** Room behind the expected output, so that the codec gets to the end of the stream in its first call. */
const slack = 64;

function corrupt(expected: number, found: string | number, cause?: unknown): ImageError {
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
  deflateRaw: (from, windowBits, level) =>
    zlib.deflateRawSync(from, { windowBits, level, memLevel, chunkSize: from.length + slack }),
};

/** pako: zlib in plain JavaScript, for where Node's is missing, and the second opinion in tests. */
export const portableCompression: Compression = {
  id: "portable",
  inflateRaw(from, into) {
    const expected = into.length;
    const inflate = new Inflate({ raw: true, chunkSize: expected + slack });
    const chunks: Uint8Array[] = [];
    let total = 0;
    inflate.onData = (chunk) => {
      total += chunk.length;
      // Thrown through push: the only way to stop it from decoding on.
      if (total > expected) throw corrupt(expected, tooLong);
      chunks.push(chunk);
    };
    inflate.push(from, true);
    if (inflate.err !== 0) throw corrupt(expected, inflate.msg || `zlib error ${inflate.err}`);
    if (!inflate.ended) throw corrupt(expected, "unexpected end of file");
    if (total !== expected) throw corrupt(expected, `it holds ${total}`);
    let at = 0;
    for (const chunk of chunks) {
      into.set(chunk, at);
      at += chunk.length;
    }
  },
  deflateRaw: (from, windowBits, level) => pakoDeflateRaw(from, { windowBits, level, memLevel }),
};

/** The implementation to use here: Node's zlib where there is one. */
export function compression(): Compression {
  return typeof zlib.inflateRawSync === "function" ? nodeCompression : portableCompression;
}
