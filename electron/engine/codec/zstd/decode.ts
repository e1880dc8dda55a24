import { Decompress } from "fzstd";
import type { ByteInput } from "../byte-input";
import { corruptZstd, isSkippable, isZstd, readFrameHeader, type FrameHeader } from "./frame";
import { xxh64 } from "./xxh64";

/** Bytes of one block at most, packed and unpacked (RFC 8878, 3.1.1.2.4). */
const largestBlock = 2 ** 17;

/**
 * Decodes Zstandard data, frame after frame, to the end of `input`; checksums and sizes that frames
 * tell are checked. What it yields, at most 128 KiB at once, is valid until the next is asked for.
 * @throws ImageError `corrupt-data`, `unsupported` (a dictionary), `limit` (window), `truncated`, `io`.
 */
export function* decodeZstd(input: ByteInput): Generator<Uint8Array, void, undefined> {
  while (input.left > 0) {
    if (isSkippable(input.peek(4))) skipFrame(input);
    else yield* decodeFrame(input);
  }
}

/** The bytes that the data decodes to, when its first frame tells and is the last; it reads only its head. */
export function contentSizeOf(input: ByteInput): number | undefined {
  return isZstd(input.peek(4)) ? readFrameHeader(input).content : undefined;
}

function skipFrame(input: ByteInput): void {
  const head = input.bytes(8);
  let left = new DataView(head.buffer, head.byteOffset).getUint32(4, true);
  for (let part = 0; left > 0; left -= part) {
    part = Math.min(left, largestBlock);
    input.bytes(part);
  }
}

function* decodeFrame(input: ByteInput): Generator<Uint8Array, void, undefined> {
  const header = readFrameHeader(input);
  const decoder = createDecoder(header);
  const sum = header.checksum ? xxh64() : undefined;
  let length = 0;
  for (let last = false; !last;) {
    const head = input.peek(3);
    if (head.length < 3) throw corruptZstd("a block is cut off");
    const word = (head[0] ?? 0) | ((head[1] ?? 0) << 8) | ((head[2] ?? 0) << 16);
    last = (word & 1) === 1;
    const size = word >>> 3;
    if (size > largestBlock) throw corruptZstd("a block is too large");
    // A run is stored as its one byte.
    const stored = (word & 6) === 2 ? 1 : size;
    for (const bytes of decoder(input.bytes(3 + stored), last)) {
      length += bytes.length;
      sum?.add(bytes);
      yield bytes;
    }
  }
  if ((header.content ?? length) !== length) throw corruptZstd("a frame is not as long as it says");
  if (sum === undefined) return;
  const stored = input.bytes(4);
  if (new DataView(stored.buffer, stored.byteOffset).getUint32(0, true) !== sum.low())
    throw corruptZstd("a frame has another checksum");
}

/**
 * A function that decodes the blocks of one frame, which are handed to it whole and in order. What it
 * yields for a block may come with the next one.
 */
function createDecoder({ bytes }: FrameHeader): (block: Uint8Array, last: boolean) => Uint8Array[] {
  let decoded: Uint8Array[] = [];
  const decoder = new Decompress((part, end) => {
    if (end !== true) decoded.push(part);
  });
  // The checksum is ours to take: it does not look at it.
  const header = bytes.map((byte, index) => (index === 4 ? byte & ~4 : byte));
  let begun = false;
  return (block, last) => {
    decoded = [];
    try {
      decoder.push(begun ? block : joined(header, block), last);
    } catch (cause) {
      // It throws errors of its own, and of any kind where damage leads it astray.
      throw corruptZstd(cause instanceof Error ? cause.message : String(cause), cause);
    }
    begun = true;
    return decoded;
  };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
