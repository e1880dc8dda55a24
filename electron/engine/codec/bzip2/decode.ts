import { ImageError } from "../../errors";
import { bitReader, corruptBzip2, type BitReader } from "./bit-reader";
import { blockChecksum } from "./checksum";
import { readSymbols } from "./symbols";

const blockMark = 0x314159265359;
const endMark = 0x177245385090;

/**
 * Decodes the bzip2 stream at the beginning of `from`, which must yield exactly `into.length` bytes,
 * and checks its checksums. What follows the stream is ignored. Never writes past `into`, however
 * much the stream holds, and takes 5 bytes of memory for each byte of its block size (900 000 at most).
 * @throws ImageError `corrupt-data`, `unsupported` (a block of bzip2 before 0.9.5).
 */
export function decodeBzip2(from: Uint8Array, into: Uint8Array): void {
  const reader = bitReader(from);
  if (reader.bits(16) !== 0x425a || reader.bits(8) !== 0x68) throw corruptBzip2("no signature");
  const level = reader.bits(8) - 0x30;
  if (level < 1 || level > 9) throw corruptBzip2("an impossible block size");
  const block = new Uint8Array(level * 100_000);
  const links = new Uint32Array(block.length);
  let done = 0;
  let combined = 0;
  for (;;) {
    const mark = reader.bits(16) * 2 ** 32 + word(reader);
    const checksum = word(reader);
    if (mark === endMark) {
      if (checksum !== combined) throw corruptBzip2("the stream has another checksum");
      break;
    }
    if (mark !== blockMark) throw corruptBzip2("neither a block nor the end");
    if (reader.bits(1) === 1)
      throw new ImageError("unsupported", "a randomised bzip2 block is not supported");
    const origin = reader.bits(8) * 65536 + reader.bits(16);
    const length = readSymbols(reader, block);
    if (origin >= length) throw corruptBzip2("a block begins outside itself");
    link(block.subarray(0, length), links);
    const end = unravel(links, origin, length, into, done);
    if (blockChecksum(into.subarray(done, end)) !== checksum)
      throw corruptBzip2("a block has another checksum");
    combined = (((combined << 1) | (combined >>> 31)) ^ checksum) >>> 0;
    done = end;
  }
  if (done < into.length) throw corruptBzip2(`it holds ${done} bytes, not ${into.length}`);
}

function word(reader: BitReader): number {
  return reader.bits(16) * 65536 + reader.bits(16);
}

/** Undoes the Burrows-Wheeler transform: each entry has a byte, and above it the place of the next. */
function link(block: Uint8Array, links: Uint32Array): void {
  const next = new Uint32Array(256);
  for (const byte of block) next[byte] = (next[byte] ?? 0) + 1;
  let sum = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const count = next[byte] ?? 0;
    next[byte] = sum;
    sum += count;
  }
  for (let at = 0; at < block.length; at += 1) links[at] = block[at] ?? 0;
  for (let at = 0; at < block.length; at += 1) {
    const byte = block[at] ?? 0;
    const place = next[byte] ?? 0;
    next[byte] = place + 1;
    links[place] = ((links[place] ?? 0) & 0xff) | (at << 8);
  }
}

/**
 * Follows the links and undoes the first coding of runs: four equal bytes are followed by how many
 * more there are. The answer is where in `into` it ended.
 */
function unravel(
  links: Uint32Array,
  origin: number,
  length: number,
  into: Uint8Array,
  from: number,
): number {
  let done = from;
  let equal = 0;
  let last = -1;
  let entry = links[origin] ?? 0;
  for (let left = length; left > 0; left -= 1) {
    entry = links[entry >>> 8] ?? 0;
    const byte = entry & 0xff;
    if (equal === 4) {
      if (byte > into.length - done) throw corruptBzip2("the stream holds more");
      into.fill(last, done, done + byte);
      done += byte;
      equal = 0;
      last = -1;
      continue;
    }
    if (done >= into.length) throw corruptBzip2("the stream holds more");
    into[done] = byte;
    done += 1;
    equal = byte === last ? equal + 1 : 1;
    last = byte;
  }
  return done;
}
