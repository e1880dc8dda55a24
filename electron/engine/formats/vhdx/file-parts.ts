import type { FilePart } from "../../../../shared/model/bytes";
import { fieldParts, partsIn, type FieldPlace } from "../../codec/field-parts";
import type { ByteSource } from "../../io/source";
import { headerOffsets, headerSize, readHeader } from "./header";
import { readRegions, regionTableOffsets, regionTableSize } from "./region-table";

/** The header ([MS-VHDX] 2.2.2). */
const headerFields: readonly FieldPlace[] = [
  ["Signature", 0, 4, "text"],
  ["Checksum", 4, 4, "hex"],
  ["SequenceNumber", 8, 8, "number"],
  ["FileWriteGuid", 16, 16, "hex"],
  ["DataWriteGuid", 32, 16, "hex"],
  ["LogGuid", 48, 16, "hex"],
  ["LogVersion", 64, 2, "number"],
  ["Version", 66, 2, "number"],
  ["LogLength", 68, 4, "number"],
  ["LogOffset", 72, 8, "hex"],
];

/** Bytes of the file type identifier's section, and of an entry of the block allocation table. */
const identifierSize = 65_536;
const entrySize = 8;

/**
 * What the bytes [at, at + length) of an image file are for, as the file stands: a log is not replayed.
 * @throws ImageError as `readHeader` and `readRegions`.
 */
export function fileParts(source: ByteSource, at: number, length: number): FilePart[] {
  const { header } = readHeader(source);
  const { bat, metadata } = readRegions(source);
  const parts: FilePart[] = [
    { at: 0, length: identifierSize, kind: "area", called: "file-type-identifier" },
    { at: header.logOffset, length: header.logLength, kind: "area", called: "log" },
    { at: bat.offset, length: bat.length, kind: "table", called: "bat", entrySize },
    { at: metadata.offset, length: metadata.length, kind: "area", called: "metadata-region" },
  ];
  for (const base of headerOffsets) {
    const bytes = new Uint8Array(headerSize);
    source.read(base, bytes);
    parts.push(...fieldParts(bytes, { order: "little", base }, headerFields));
  }
  for (const from of regionTableOffsets)
    parts.push({ at: from, length: regionTableSize, kind: "area", called: "region-table" });
  return partsIn(parts, at, length);
}
