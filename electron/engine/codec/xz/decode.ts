import { byteInput, type ByteInput } from "../byte-input";
import { watchEmptyParts } from "../empty-parts";
import { memorySource } from "../../io/memory";
import { decodeBlock } from "./block";
import { checkOf } from "./check";
import { headerSize, readFooter, readStreamHeader } from "./stream-ends";
import { readStreamIndex } from "./stream-index";
import { noBlocks, withBlock } from "./sums";
import { corruptXz } from "./xz-error";

/** Bytes of padding that are passed over at once. */
const paddingStep = 4096;

/**
 * Decodes .xz data, stream after stream, to the end of `input`; CRC32 and CRC64 are checked. What it
 * yields, at most 2 MiB at once, is valid until the next is asked for. Takes memory as the blocks'
 * dictionaries fill up, 134 MiB at most.
 * @throws ImageError `corrupt-data`, `unsupported` (a filter besides LZMA2), `limit`, `truncated`, `io`.
 */
export function* decodeXz(input: ByteInput): Generator<Uint8Array, void, undefined> {
  const watch = watchEmptyParts("xz");
  do {
    yield* decodeStream(input, watch);
    skipPadding(input);
  } while (input.left > 0);
}

/** Streams are filled up with zeros, four at a time; there may be any number of them. */
function skipPadding(input: ByteInput): void {
  for (;;) {
    const ahead = input.peek(paddingStep);
    const first = ahead.findIndex((byte) => byte !== 0);
    const zeros = first < 0 ? ahead.length : first - (first % 4);
    if (first < 0 && zeros % 4 !== 0) throw corruptXz("no whole four bytes behind a stream");
    input.bytes(zeros);
    if (zeros < paddingStep) return;
  }
}

/**
 * Decodes the .xz data `from`, which must yield exactly `into.length` bytes; nothing is decoded far
 * beyond these.
 * @throws ImageError as `decodeXz`.
 */
export function decodeXzInto(from: Uint8Array, into: Uint8Array): void {
  let done = 0;
  for (const bytes of decodeXz(byteInput(memorySource(from, "xz data")))) {
    if (bytes.length > into.length - done) throw corruptXz("the stream holds more");
    into.set(bytes, done);
    done += bytes.length;
  }
  if (done < into.length) throw corruptXz(`it holds ${done} bytes, not ${into.length}`);
}

function* decodeStream(
  input: ByteInput,
  watch: (length: number) => void,
): Generator<Uint8Array, void, undefined> {
  const id = readStreamHeader(input.bytes(headerSize));
  const check = checkOf(id);
  let sums = noBlocks;
  // A block's first byte is its header's size, which is not 0: there the index begins.
  while (input.left === 0 || input.peek(1)[0] !== 0) {
    const sizes = yield* decodeBlock(input, check);
    watch(sizes.unpacked);
    sums = withBlock(sums, sizes);
  }
  if (sums === noBlocks) watch(0);
  const indexAt = input.at;
  const index = readStreamIndex(input);
  if (index.count !== sums.count || index.order !== sums.order)
    throw corruptXz("the index does not fit the blocks");
  const indexSize = input.at - indexAt;
  const footer = readFooter(input.bytes(headerSize));
  if (footer.indexSize !== indexSize || footer.check !== id)
    throw corruptXz("the footer does not fit the stream");
}
