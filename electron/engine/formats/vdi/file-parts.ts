import type { FilePart } from "../../../../shared/model/bytes";
import { fieldParts, partsIn, type FieldPlace } from "../../codec/field-parts";
import type { ByteSource } from "../../io/source";
import { entrySize, readHeader } from "./header";

/** VDIPREHEADER and VDIHEADER1PLUS. */
const version1: readonly FieldPlace[] = [
  ["szFileInfo", 0, 64, "text"],
  ["u32Signature", 64, 4, "hex"],
  ["u32Version", 68, 4, "hex"],
  ["cbHeader", 72, 4, "number"],
  ["u32Type", 76, 4, "number"],
  ["fFlags", 80, 4, "hex"],
  ["szComment", 84, 256, "text"],
  ["offBlocks", 340, 4, "hex"],
  ["offData", 344, 4, "hex"],
  ["cbDisk", 368, 8, "number"],
  ["cbBlock", 376, 4, "number"],
  ["cbBlockExtra", 380, 4, "number"],
  ["cBlocks", 384, 4, "number"],
  ["cBlocksAllocated", 388, 4, "number"],
];

/** What the bytes [at, at + length) of an image file are for. @throws ImageError as `readHeader`. */
export function fileParts(source: ByteSource, at: number, length: number): FilePart[] {
  const { version, offBlocks, offData, cBlocks } = readHeader(source);
  const bytes = new Uint8Array(Math.min(source.size, offBlocks, 512));
  source.read(0, bytes);
  const header = version.startsWith("1.") ? version1 : version1.slice(0, 3);
  const parts: FilePart[] = [
    ...fieldParts(bytes, { order: "little" }, header),
    { at: offBlocks, length: cBlocks * entrySize, kind: "table", called: "block-map", entrySize },
  ];
  if (source.size > offData)
    parts.push({ at: offData, length: source.size - offData, kind: "blocks" });
  return partsIn(parts, at, length);
}
