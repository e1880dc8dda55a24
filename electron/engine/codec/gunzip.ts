import {
  Z_BUF_ERROR,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibInflate,
  zlibInflateEnd,
  zlibInflateInit2,
} from "pako";
import { ImageError } from "../errors";
import type { ByteInput } from "./byte-input";
import { watchEmptyParts } from "./empty-parts";

/** Output of one call. */
const outputSize = 2 ** 18;
/** Input of one call. */
const inputSize = 2 ** 16;

/** zlib's word for: a window of 32 KiB, and gzip's wrapper only. */
const gzipWindow = 16 + 15;

/** Whether `bytes` begin a gzip member whose data is deflated (RFC 1952, 2.3.1). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8 && ((bytes[3] ?? 0) & 0xe0) === 0;
}

/**
 * Decodes gzip data, member after member, and checks their CRC-32 and sizes. As gzip itself does, it
 * ends with what is no member. What it yields, at most 256 KiB at once, is valid until the next is
 * asked for. (Node's own zlib decodes piece by piece only while the event loop turns.)
 * @throws ImageError `corrupt-data`, `io`.
 */
export function* decodeGzip(input: ByteInput): Generator<Uint8Array, void, undefined> {
  const output = new Uint8Array(outputSize);
  const watch = watchEmptyParts("gzip");
  do watch(yield* decodeMember(input, output));
  while (isGzip(input.peek(4)));
}

/** Tells at the end how many bytes the member has unpacked to. */
function* decodeMember(
  input: ByteInput,
  output: Uint8Array<ArrayBuffer>,
): Generator<Uint8Array, number, undefined> {
  const stream = new ZStream();
  let length = 0;
  zlibInflateInit2(stream, gzipWindow);
  try {
    for (;;) {
      stream.input = input.peek(inputSize);
      stream.next_in = 0;
      stream.avail_in = stream.input.length;
      stream.output = output;
      stream.next_out = 0;
      stream.avail_out = output.length;
      const status = zlibInflate(stream, Z_NO_FLUSH);
      input.bytes(stream.next_in);
      if (status !== Z_OK && status !== Z_STREAM_END && status !== Z_BUF_ERROR)
        throw corrupt(stream.msg || `zlib error ${status}`);
      length += stream.next_out;
      if (stream.next_out > 0) yield output.subarray(0, stream.next_out);
      if (status === Z_STREAM_END) return length;
      if (stream.next_out === 0 && input.left === 0) throw corrupt("it is cut off");
    }
  } finally {
    zlibInflateEnd(stream);
  }
}

function corrupt(found: string): ImageError {
  return new ImageError("corrupt-data", `gzip data is damaged: ${found}`, { found });
}
