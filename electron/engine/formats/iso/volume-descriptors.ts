import type { ByteSource } from "../../io/source";
import { fields, type Fields } from "../../codec/fields";

/** Volume descriptors are one logical sector each (ECMA-119 6.1.2, 6.3). */
const logicalSectorSize = 2048;

/** The first 16 logical sectors are the system area; the volume descriptor set follows (ECMA-119 6.2.1). */
const firstDescriptor = 16;

/** Descriptors looked at; real discs have fewer than ten. */
const mostDescriptors = 64;

/** What tells one volume descriptor from another (ECMA-119 8.1). */
export interface VolumeDescriptor {
  /** "CD001" for ISO 9660; "BEA01", "NSR02", "NSR03", "TEA01" and others for ECMA-167 (UDF). */
  readonly identifier: string;
  /** 0 boot record, 1 primary, 2 supplementary or enhanced, 3 partition, 255 set terminator. */
  readonly type: number;
  /** The whole logical sector, numbers little-endian. */
  readonly fields: Fields;
}

const identifiers = /^(?:CD001|BEA01|NSR0[23]|TEA01|BOOT2|CDW02)$/;

/** Byte offset of the first descriptor's standard identifier. */
export const identifierAt = firstDescriptor * logicalSectorSize + 1;

/** Whether the file has an ISO 9660 volume descriptor where the set begins. */
export function isIso(source: ByteSource): boolean {
  const bytes = new Uint8Array(5);
  if (source.size < identifierAt + bytes.length) return false;
  source.read(identifierAt, bytes);
  return latin(bytes) === "CD001";
}

/**
 * The volume descriptors and, behind them, the UDF recognition sequence, as far as the file has them.
 * A sector that the file no longer holds wholly ends the list.
 */
export function* volumeDescriptors(source: ByteSource): Generator<VolumeDescriptor> {
  for (let index = 0; index < mostDescriptors; index += 1) {
    const at = (firstDescriptor + index) * logicalSectorSize;
    if (at + logicalSectorSize > source.size) return;
    const bytes = new Uint8Array(logicalSectorSize);
    source.read(at, bytes);
    const identifier = latin(bytes.subarray(1, 6));
    if (!identifiers.test(identifier)) return;
    const view = fields(bytes, { order: "little", file: source.name, base: at });
    yield { identifier, type: view.u8(0), fields: view };
  }
}

/** Text of a descriptor field: one byte a character, without the filling behind it. */
export function characters(view: Fields, at: number, length: number): string {
  return printable(latin(view.bytes(at, length)));
}

/** Text of a Joliet field: UCS-2, high byte first. */
export function wideCharacters(view: Fields, at: number, length: number): string {
  const units = Array.from({ length: length / 2 }, (_, index) => at + 2 * index).map(
    (place) => view.u8(place) * 256 + view.u8(place + 1),
  );
  return printable(String.fromCharCode(...units));
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** What stands for no letter becomes U+FFFD, so that no screen or terminal is led astray. */
function printable(text: string): string {
  const [shown = ""] = text.split("\0");
  return shown.replace(/[\p{Cc}\p{Cs}\p{Bidi_Control}]/gu, "\ufffd").trimEnd();
}
