import { fields, type Fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import { dmgError } from "./dmg-error";

export const sectorSize = 512;
/** Bytes of the trailer, which is the file's end. */
const kolySize = 512;

const signature = "koly";
const version = 4;

/** What an encrypted image has in the trailer's place: at its beginning, or in its first version at its end. */
const encryptedHead = "encrcdsa";
const encryptedTail = "cdsaencr";

/** A stretch of the image file, in bytes. */
export interface Place {
  readonly at: number;
  readonly length: number;
}

/** The trailer, UDIFResourceFile, by its fields' names. */
export interface Koly {
  /** Where the trailer lies. */
  readonly at: number;
  readonly flags: number;
  /** Bytes; chunks are told from here. */
  readonly dataForkOffset: number;
  readonly xml: Place;
  /** Sixteen bytes in hexadecimal digits; zeros when there is none. */
  readonly segmentId: string;
  readonly imageVariant: number;
  /** Sectors of the disk; 0 where the writer did not say. */
  readonly sectorCount: number;
}

/** Whether the file ends with the trailer, or is an encrypted image, which hides it. */
export function isDmg(source: ByteSource): boolean {
  return hasTrailer(source) || isEncrypted(source);
}

/**
 * Reads and checks the trailer.
 * @throws ImageError `not-this-format`, `unsupported` (encrypted, version, segments, tables in a
 *   resource fork), `invalid-header`, `limit`, `truncated`, `io`.
 */
export function readKoly(source: ByteSource): Koly {
  if (!hasTrailer(source)) throw noTrailer(source);
  const at = source.size - kolySize;
  const bytes = new Uint8Array(kolySize);
  source.read(at, bytes);
  const file = fields(bytes, { order: "big", file: source.name, base: at });
  checkKind(source, at, file);
  const sectorCount = file.u64(492);
  if (!Number.isSafeInteger(sectorCount * sectorSize))
    throw dmgError("limit", source, at + 492, "the disk is too large", {
      expected: `at most ${Number.MAX_SAFE_INTEGER} bytes`,
      found: `${sectorCount} sectors`,
    });
  const dataForkOffset = file.u64(24);
  if (dataForkOffset > at)
    throw dmgError("invalid-header", source, at + 24, "the data fork begins past the file's end", {
      expected: `at most ${at}`,
      found: dataForkOffset,
    });
  return {
    at,
    flags: file.u32(12),
    dataForkOffset,
    xml: xmlPlace(source, at, file),
    segmentId: hex(file.bytes(64, 16)),
    imageVariant: file.u32(488),
    sectorCount,
  };
}

function hasTrailer(source: ByteSource): boolean {
  return textAt(source, source.size - kolySize, signature.length) === signature;
}

function isEncrypted(source: ByteSource): boolean {
  const { length } = encryptedHead;
  return (
    textAt(source, 0, length) === encryptedHead ||
    textAt(source, source.size - length, length) === encryptedTail
  );
}

/** `length` bytes as text; "" where the file has none. */
function textAt(source: ByteSource, at: number, length: number): string {
  if (at < 0 || at + length > source.size) return "";
  const bytes = new Uint8Array(length);
  source.read(at, bytes);
  return String.fromCharCode(...bytes);
}

function noTrailer(source: ByteSource): ImageError {
  if (isEncrypted(source))
    return dmgError("unsupported", source, 0, "the image is encrypted, which is not supported", {
      hint: "Decrypt it on a Mac: hdiutil convert FILE -format UDZO -o NEW.",
    });
  const at = Math.max(0, source.size - kolySize);
  return new ImageError("not-this-format", `${source.name} is no UDIF image`, {
    file: source.name,
    at,
    expected: `${signature} ${kolySize} bytes before the file's end`,
  });
}

/** Refuses what is not one whole image of version 4. */
function checkKind(source: ByteSource, at: number, file: Fields): void {
  if (file.u32(4) !== version)
    throw dmgError("unsupported", source, at + 4, "the version is not supported", {
      expected: version,
      found: file.u32(4),
    });
  if (file.u32(8) !== kolySize)
    throw dmgError("invalid-header", source, at + 8, "the trailer's size is wrong", {
      expected: kolySize,
      found: file.u32(8),
    });
  if (file.u32(60) > 1)
    throw dmgError("unsupported", source, at + 60, "an image in segments is not supported", {
      expected: "one segment",
      found: `segment ${file.u32(56)} of ${file.u32(60)}`,
      hint: "Join them on a Mac: hdiutil convert FILE -format UDZO -o NEW.",
    });
}

function xmlPlace(source: ByteSource, kolyAt: number, file: Fields): Place {
  const place = { at: file.u64(216), length: file.u64(224) };
  if (place.length === 0) {
    const inResourceFork = file.bits64(48) !== 0n;
    const problem = inResourceFork
      ? "block tables in a resource fork are not supported"
      : "there is no property list";
    const code = inResourceFork ? "unsupported" : "invalid-header";
    throw dmgError(code, source, kolyAt + 224, problem, { found: 0 });
  }
  if (place.at + place.length > kolyAt)
    throw dmgError("truncated", source, place.at, "the property list reaches past the trailer", {
      expected: `at most ${kolyAt}`,
      found: place.at + place.length,
    });
  return place;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
