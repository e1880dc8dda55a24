import { crc32 } from "../crc32";
import { ImageError } from "../../errors";
import { corruptXz } from "./xz-error";

/** Bytes of a stream's header and of its footer. */
export const headerSize = 12;

export const signature = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0);

/** Whether `bytes` begin with xz's signature. */
export function isXz(bytes: Uint8Array): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}

/** Reads a stream's header and tells the number of its check. @throws ImageError `corrupt-data`, `unsupported`. */
export function readStreamHeader(bytes: Uint8Array): number {
  if (!isXz(bytes)) throw corruptXz("no signature");
  if (word(bytes, 8) !== crc32(bytes.subarray(6, 8)))
    throw corruptXz("the header has another checksum");
  return readFlags(bytes, 6);
}

/** A stream's footer. */
export interface Footer {
  /** Bytes of the index before it. */
  readonly indexSize: number;
  /** The number of the check. */
  readonly check: number;
}

/** Reads a stream's footer. @throws ImageError `corrupt-data`, `unsupported`. */
export function readFooter(bytes: Uint8Array): Footer {
  if (bytes[10] !== 0x59 || bytes[11] !== 0x5a) throw corruptXz("no footer");
  if (word(bytes, 0) !== crc32(bytes.subarray(4, 10)))
    throw corruptXz("the footer has another checksum");
  return { indexSize: (word(bytes, 4) + 1) * 4, check: readFlags(bytes, 8) };
}

function readFlags(bytes: Uint8Array, at: number): number {
  const check = bytes[at + 1] ?? 0;
  if (bytes[at] === 0 && check < 16) return check;
  throw new ImageError("unsupported", "xz data of a later version is not supported", {
    hint: "Unpack it with xz first.",
  });
}

function word(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}
