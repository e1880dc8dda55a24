import type { ByteInput } from "../byte-input";
import { watchEmptyParts } from "../empty-parts";
import { corruptZstd, isSkippable, isZstd, readFrameHeader, type FrameHeader } from "./frame";
import { createZstdBlocks, mostBlock } from "../zstd-block";
import { xxh64 } from "./xxh64";

/**
 * Decodes Zstandard data, frame after frame, to the end of `input`; checksums and sizes that frames
 * tell are checked. What it yields, at most 128 KiB at once, is valid until the next is asked for.
 * @throws ImageError `corrupt-data`, `unsupported` (a dictionary), `limit` (window), `truncated`, `io`.
 */
export function* decodeZstd(input: ByteInput): Generator<Uint8Array, void, undefined> {
  const watch = watchEmptyParts("zstd");
  while (input.left > 0) {
    if (isSkippable(input.peek(4))) {
      skipFrame(input);
      watch(0);
    } else yield* decodeFrame(input, watch);
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
    part = Math.min(left, mostBlock);
    input.bytes(part);
  }
}

function* decodeFrame(
  input: ByteInput,
  watch: (length: number) => void,
): Generator<Uint8Array, void, undefined> {
  const header = readFrameHeader(input);
  const decoder = createDecoder(header);
  const sum = header.checksum ? xxh64() : undefined;
  let length = 0;
  for (let last = false; !last;) {
    const head = input.peek(3);
    if (head.length < 3) throw corruptZstd("a block is cut off");
    const word = wordAt(head);
    last = (word & 1) === 1;
    const size = word >>> 3;
    if (size > mostBlock) throw corruptZstd("a block is too large");
    // A run is stored as its one byte.
    const stored = (word & 6) === 2 ? 1 : size;
    const bytes = decoder(input.bytes(3 + stored));
    watch(bytes.length);
    length += bytes.length;
    sum?.add(bytes);
    yield bytes;
  }
  if ((header.content ?? length) !== length) throw corruptZstd("a frame is not as long as it says");
  if (sum === undefined) return;
  const stored = input.bytes(4);
  if (new DataView(stored.buffer, stored.byteOffset).getUint32(0, true) !== sum.low())
    throw corruptZstd("a frame has another checksum");
}

/** A function that decodes the blocks of one frame, which are handed to it whole and in order. */
function createDecoder({ window }: FrameHeader): (block: Uint8Array) => Uint8Array {
  const blocks = createZstdBlocks();
  const out = new Uint8Array(window + 8 * mostBlock);
  let at = 0;
  return (block) => {
    if (at + mostBlock > out.length) {
      // Matches reach no further back than the window.
      out.copyWithin(0, at - window, at);
      at = window;
    }
    const start = at;
    const head = wordAt(block);
    const stored = block.subarray(3);
    const kind = (head >>> 1) & 3;
    if (kind === 3) throw corruptZstd("a block is of no known kind");
    if (kind === 2) at = blocks.decode(stored, out, start);
    else {
      at = start + (head >>> 3);
      if (kind === 0) out.set(stored, start);
      else out.fill(stored[0] ?? 0, start, at);
    }
    return out.subarray(start, at);
  };
}

/** A block's header: whether it is the last, its kind and its size. */
function wordAt(block: Uint8Array): number {
  return (block[0] ?? 0) | ((block[1] ?? 0) << 8) | ((block[2] ?? 0) << 16);
}
