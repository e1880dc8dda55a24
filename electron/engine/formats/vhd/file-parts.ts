import type { FilePart } from "../../../../shared/model/bytes";
import { fieldParts, partsIn, type FieldPlace } from "../../codec/field-parts";
import type { ByteSource } from "../../io/source";
import { entrySize, headerSize, readDynamicHeader } from "./dynamic-header";
import { findFooter } from "./find-footer";
import { footerSize, readFooter, type Footer } from "./footer";

/** Hard disk footer format. */
const footerFields: readonly FieldPlace[] = [
  ["Cookie", 0, 8, "text"],
  ["Features", 8, 4, "hex"],
  ["File Format Version", 12, 4, "hex"],
  ["Data Offset", 16, 8, "hex"],
  ["Time Stamp", 24, 4, "number"],
  ["Creator Application", 28, 4, "text"],
  ["Creator Version", 32, 4, "hex"],
  ["Creator Host OS", 36, 4, "text"],
  ["Original Size", 40, 8, "number"],
  ["Current Size", 48, 8, "number"],
  ["Disk Geometry", 56, 4, "hex"],
  ["Disk Type", 60, 4, "number"],
  ["Checksum", 64, 4, "hex"],
  ["Unique Id", 68, 16, "hex"],
  ["Saved State", 84, 1, "number"],
];

/** Dynamic disk header format. */
const dynamicFields: readonly FieldPlace[] = [
  ["Cookie", 0, 8, "text"],
  ["Data Offset", 8, 8, "hex"],
  ["Table Offset", 16, 8, "hex"],
  ["Header Version", 24, 4, "hex"],
  ["Max Table Entries", 28, 4, "number"],
  ["Block Size", 32, 4, "number"],
  ["Checksum", 36, 4, "hex"],
  ["Parent Unique ID", 40, 16, "hex"],
  ["Parent Time Stamp", 56, 4, "number"],
];

/** What the bytes [at, at + length) of an image file are for. @throws ImageError as `findFooter` and `readDynamicHeader`. */
export function fileParts(source: ByteSource, at: number, length: number): FilePart[] {
  const found = findFooter(source);
  const footer = readFooter(found.bytes, source.name, found.at);
  const { dataEnd } = found;
  const order = "big";
  const parts: FilePart[] = [];
  if (dataEnd < source.size) {
    const bytes = new Uint8Array(source.size - dataEnd);
    source.read(dataEnd, bytes);
    parts.push(...fieldParts(bytes, { order, base: dataEnd }, footerFields));
  }
  if (footer.diskType === "fixed") parts.push({ at: 0, length: dataEnd, kind: "blocks" });
  else parts.push(...dynamicParts(source, footer, dataEnd));
  return partsIn(parts, at, length);
}

/** The footer's copy, the header behind it, the table, and the blocks behind that. */
function dynamicParts(source: ByteSource, footer: Footer, dataEnd: number): FilePart[] {
  const { tableOffset, maxTableEntries } = readDynamicHeader(source, footer, footer.currentSize);
  const headerAt = Number(footer.dataOffset);
  const copy = new Uint8Array(footerSize);
  const header = new Uint8Array(headerSize);
  source.read(0, copy);
  source.read(headerAt, header);
  const length = maxTableEntries * entrySize;
  const blocks = Math.max(tableOffset + length, headerAt + headerSize);
  const parts: FilePart[] = [
    ...fieldParts(copy, { order: "big" }, footerFields),
    ...fieldParts(header, { order: "big", base: headerAt }, dynamicFields),
    { at: tableOffset, length, kind: "table", called: "block-allocation-table", entrySize },
  ];
  if (dataEnd > blocks) parts.push({ at: blocks, length: dataEnd - blocks, kind: "blocks" });
  return parts;
}
