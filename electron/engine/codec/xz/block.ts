import type { ByteInput } from "../byte-input";
import { crc32 } from "../crc32";
import { ImageError } from "../../errors";
import type { Check } from "./check";
import { decodeLzma2 } from "./lzma2";
import { readNumber } from "./number";
import { corruptXz } from "./xz-error";

const lzma2Id = 0x21;

/** Bytes that LZMA2 may ask to keep, at most; `xz -9` asks for 64 MiB. */
const largestDictionary = 2 ** 27;

/** Sizes of a block, in bytes, as its stream's index repeats them. */
export interface BlockSizes {
  /** Header, data and check, without what fills up to four bytes. */
  readonly unpadded: number;
  readonly unpacked: number;
}

interface BlockHeader {
  readonly dictionary: number;
  /** Sizes in bytes, where the header tells them. */
  readonly packed?: number;
  readonly unpacked?: number;
}

/**
 * Decodes the block that begins with the next byte, and tells its sizes at the end.
 * @throws ImageError `corrupt-data`, `unsupported` (a filter besides LZMA2), `limit`, `truncated`, `io`.
 */
export function* decodeBlock(
  input: ByteInput,
  check: Check,
): Generator<Uint8Array, BlockSizes, undefined> {
  const begin = input.at;
  const header = readHeader(input);
  const dataAt = input.at;
  let unpacked = 0;
  for (const bytes of decodeLzma2(input, header.dictionary)) {
    unpacked += bytes.length;
    check.add(bytes);
    yield bytes;
  }
  const packed = input.at - dataAt;
  if ((header.packed ?? packed) !== packed || (header.unpacked ?? unpacked) !== unpacked)
    throw corruptXz("a block is not as long as it says");
  const padding = (4 - (packed % 4)) % 4;
  if (input.bytes(padding).some((byte) => byte !== 0)) throw corruptXz("no zeros behind a block");
  if (!check.holds(input.bytes(check.size))) throw corruptXz("a block has another checksum");
  return { unpadded: input.at - padding - begin, unpacked };
}

function readHeader(input: ByteInput): BlockHeader {
  const size = ((input.peek(1)[0] ?? 0) + 1) * 4;
  const bytes = input.bytes(size).slice();
  const view = new DataView(bytes.buffer);
  if (view.getUint32(size - 4, true) !== crc32(bytes.subarray(0, size - 4)))
    throw corruptXz("a block's header has another checksum");
  let at = 2;
  const number = (): number =>
    readNumber(() => {
      if (at >= size - 4) throw corruptXz("a block's header is cut off");
      at += 1;
      return bytes[at - 1] ?? 0;
    });
  const flags = bytes[1] ?? 0;
  if ((flags & 0x3c) !== 0) throw unsupported("a header of a later version");
  const packed = (flags & 0x40) === 0 ? undefined : number();
  const unpacked = (flags & 0x80) === 0 ? undefined : number();
  if ((flags & 3) !== 0) throw unsupported("a chain of filters");
  const filter = number();
  if (filter !== lzma2Id) throw unsupported(`filter 0x${filter.toString(16)}`);
  if (number() !== 1) throw corruptXz("LZMA2 has impossible properties");
  const dictionary = dictionarySize(bytes[at] ?? 0);
  if (bytes.subarray(at + 1, size - 4).some((byte) => byte !== 0))
    throw unsupported("a header of a later version");
  return {
    dictionary,
    ...(packed !== undefined && { packed }),
    ...(unpacked !== undefined && { unpacked }),
  };
}

/** Bytes of the dictionary that an LZMA2 property stands for (the .xz file format, 5.3.1). */
function dictionarySize(property: number): number {
  if (property > 40) throw corruptXz(`dictionary size ${property}`);
  const size = (2 | (property & 1)) * 2 ** ((property >>> 1) + 11);
  if (size <= largestDictionary) return size;
  throw new ImageError("limit", `xz data wants a dictionary of ${size} bytes`, {
    expected: `at most ${largestDictionary} bytes`,
    found: size,
    hint: "Unpack it with xz first.",
  });
}

function unsupported(found: string): ImageError {
  return new ImageError("unsupported", `xz data with ${found} is not supported`, {
    expected: "LZMA2 alone",
    found,
    hint: "Unpack it with xz first.",
  });
}
