import { fields } from "../../codec/fields";
import { guidText } from "../../codec/guid";
import type { ByteSource } from "../../io/source";
import { checksumAt, checksumOf } from "./checksum";
import { headerSectionStep, mebibyte } from "./sizes";
import { requireInFile, vhdxError } from "./vhdx-error";

/** Where the two headers lie, and bytes of each ([MS-VHDX] 2.2.2). */
export const headerOffsets = [headerSectionStep, 2 * headerSectionStep] as const;
export const headerSize = 4096;
export const headerSignature = "head";

/** The header's fields by the specification's names; GUIDs in their text form. */
export interface Header {
  /** Where it lies in the file. */
  readonly at: number;
  readonly sequenceNumber: bigint;
  readonly fileWriteGuid: string;
  readonly dataWriteGuid: string;
  /** The nil GUID when there is nothing in the log. */
  readonly logGuid: string;
  /** Bytes. */
  readonly logLength: number;
  /** Byte offset. */
  readonly logOffset: number;
}

/** A header and what can be said against the file's headers. */
export interface FoundHeader {
  readonly header: Header;
  /** Whether the other header is damaged. It may well be: the file's writer replaces them in turn. */
  readonly otherDamaged: boolean;
}

/**
 * Finds the current header: the one that is whole and has the higher sequence number. Two with the
 * same number must be the same.
 * @throws ImageError `truncated`, `invalid-header`, `unsupported` (version), `limit`, `io`.
 */
export function readHeader(source: ByteSource): FoundHeader {
  requireInFile(source, "header", headerOffsets[0], headerSize);
  const whole = headerOffsets.flatMap((at) => wholeHeaderAt(source, at) ?? []);
  const [first, second] = whole;
  if (first === undefined)
    throw vhdxError("invalid-header", source, headerOffsets[0], "both headers are damaged", {
      expected: "a header with a right checksum",
    });
  const current = second !== undefined && later(source, first, second) ? second : first;
  return { header: parse(source, current), otherDamaged: second === undefined };
}

interface WholeHeader {
  readonly at: number;
  readonly bytes: Uint8Array;
}

function wholeHeaderAt(source: ByteSource, at: number): WholeHeader | undefined {
  if (at + headerSize > source.size) return undefined;
  const bytes = new Uint8Array(headerSize);
  source.read(at, bytes);
  const header = fields(bytes, { order: "little" });
  const right =
    header.text(0, 4) === headerSignature && header.u32(checksumAt) === checksumOf(bytes);
  return right ? { at, bytes } : undefined;
}

/** Whether `second` is to be taken. */
function later(source: ByteSource, first: WholeHeader, second: WholeHeader): boolean {
  const [a, b] = [first, second].map(({ bytes }) => fields(bytes, { order: "little" }).bits64(8));
  if (a === undefined || b === undefined || a !== b) return (b ?? 0n) > (a ?? 0n);
  // Disk2vhd writes the same header twice.
  if (first.bytes.every((byte, at) => byte === second.bytes[at])) return false;
  throw vhdxError("invalid-header", source, second.at + 8, "neither header is the later one", {
    expected: "two sequence numbers",
    found: String(b),
  });
}

function parse(source: ByteSource, { at, bytes }: WholeHeader): Header {
  const header = fields(bytes, { order: "little", file: source.name, base: at });
  const version = header.u16(66);
  if (version !== 1)
    throw vhdxError("unsupported", source, at + 66, `VHDX version ${version} is not supported`, {
      expected: 1,
      found: version,
    });
  const logVersion = header.u16(64);
  const logGuid = guidText(header.bytes(48, 16));
  const logLength = header.u32(68);
  const logOffset = header.u64(72);
  if (logVersion !== 0)
    throw vhdxError("unsupported", source, at + 64, `log version ${logVersion} is not supported`, {
      expected: 0,
      found: logVersion,
    });
  if (logLength % mebibyte !== 0 || logOffset % mebibyte !== 0 || logOffset === 0)
    throw vhdxError("invalid-header", source, at + 68, "the log's place is not allowed", {
      expected: "length and offset in whole MiB, behind the headers",
      found: `${logLength} bytes at byte ${logOffset}`,
    });
  return {
    at,
    sequenceNumber: header.bits64(8),
    fileWriteGuid: guidText(header.bytes(16, 16)),
    dataWriteGuid: guidText(header.bytes(32, 16)),
    logGuid,
    logLength,
    logOffset,
  };
}
