import { byteInput } from "../byte-input";
import { sliceSource } from "../../io/slice";
import type { ByteSource } from "../../io/source";
import { headerSize, readFooter } from "./stream-ends";
import { readStreamIndex } from "./stream-index";
import { corruptXz } from "./xz-error";

/** Bytes of indexes that are read at most, all streams together: what half a million blocks take. */
const longestIndexes = 2 ** 22;
/** Streams, and zeros between them in units of 4 bytes, that are passed over at most. */
const mostSteps = 4096;

/**
 * The bytes that .xz data decodes to, read from the indexes at its streams' ends; undefined when there
 * is more to read for it than is worth it.
 * @throws ImageError `corrupt-data`, `unsupported`, `truncated`, `io`.
 */
export function unpackedXzSize(source: ByteSource): number | undefined {
  const word = new Uint8Array(4);
  let end = source.size;
  let unpacked = 0;
  let indexes = 0;
  for (let step = 0; end > 0; step += 1) {
    if (step > mostSteps) return undefined;
    if (end < 2 * headerSize) throw corruptXz("a stream is cut off");
    source.read(end - 4, word);
    if (word.every((byte) => byte === 0)) {
      end -= 4;
      continue;
    }
    const bytes = new Uint8Array(headerSize);
    source.read(end - headerSize, bytes);
    const { indexSize } = readFooter(bytes);
    indexes += indexSize;
    if (indexes > longestIndexes) return undefined;
    const indexAt = end - headerSize - indexSize;
    if (indexAt < headerSize) throw corruptXz("the index begins before its stream");
    const sums = readStreamIndex(byteInput(sliceSource(source, indexAt, indexSize)));
    unpacked += sums.unpacked;
    end = indexAt - sums.packed - headerSize;
    if (end < 0 || !Number.isSafeInteger(unpacked))
      throw corruptXz("the index tells of more than there is");
  }
  return unpacked;
}
