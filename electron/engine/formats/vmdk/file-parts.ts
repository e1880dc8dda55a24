import type { FilePart, FilePartName } from "../../../../shared/model/bytes";
import { fieldParts, partsIn, type FieldPlace } from "../../codec/field-parts";
import type { ByteSource } from "../../io/source";
import { headerSize, readHostedHeader } from "./hosted-header";
import { signatureOf } from "./signature";

/** SparseExtentHeader; sizes and offsets count sectors. */
const hostedFields: readonly FieldPlace[] = [
  ["magicNumber", 0, 4, "text"],
  ["version", 4, 4, "number"],
  ["flags", 8, 4, "hex"],
  ["capacity", 12, 8, "number"],
  ["grainSize", 20, 8, "number"],
  ["descriptorOffset", 28, 8, "number"],
  ["descriptorSize", 36, 8, "number"],
  ["numGTEsPerGT", 44, 4, "number"],
  ["rgdOffset", 48, 8, "hex"],
  ["gdOffset", 56, 8, "hex"],
  ["overHead", 64, 8, "number"],
  ["uncleanShutdown", 72, 1, "number"],
  ["compressAlgorithm", 77, 2, "number"],
];

/** Bytes of an entry of a grain directory. */
const entrySize = 4;

/**
 * What the bytes [at, at + length) of a hosted sparse extent are for; of another file nothing.
 * @throws ImageError as `readHostedHeader`.
 */
export function fileParts(source: ByteSource, at: number, length: number): FilePart[] {
  if (signatureOf(source) !== "KDMV") return [];
  const header = readHostedHeader(source);
  const bytes = new Uint8Array(headerSize);
  source.read(0, bytes);
  const { descriptorOffset, descriptorSize, capacity, grainSize, entriesPerTable } = header;
  const { directory, redundantDirectory, overhead } = header;
  const entries = Math.ceil(capacity / grainSize / entriesPerTable);
  const parts = fieldParts(bytes, { order: "little" }, hostedFields);
  if (descriptorOffset > 0)
    parts.push({
      at: descriptorOffset,
      length: descriptorSize,
      kind: "area",
      called: "descriptor",
    });
  const addDirectory = (from: number, called: FilePartName): void => {
    parts.push({ at: from, length: entries * entrySize, kind: "table", called, entrySize });
  };
  if (redundantDirectory > 0) addDirectory(redundantDirectory, "redundant-grain-directory");
  if (directory !== "at-end") addDirectory(directory, "grain-directory");
  if (overhead > 0 && overhead < source.size)
    parts.push({ at: overhead, length: source.size - overhead, kind: "blocks" });
  return partsIn(parts, at, length);
}
