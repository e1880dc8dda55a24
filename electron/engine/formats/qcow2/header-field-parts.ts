import type { FilePart } from "../../../../shared/model/bytes";
import { fieldParts, type FieldPlace } from "../../codec/field-parts";
import type { ByteSource } from "../../io/source";
import type { ImageTables } from "./change/image";

/** Specification, "Header". */
const version2: readonly FieldPlace[] = [
  ["magic", 0, 4, "hex"],
  ["version", 4, 4, "number"],
  ["backing_file_offset", 8, 8, "hex"],
  ["backing_file_size", 16, 4, "number"],
  ["cluster_bits", 20, 4, "number"],
  ["size", 24, 8, "number"],
  ["crypt_method", 32, 4, "number"],
  ["l1_size", 36, 4, "number"],
  ["l1_table_offset", 40, 8, "hex"],
  ["refcount_table_offset", 48, 8, "hex"],
  ["refcount_table_clusters", 56, 4, "number"],
  ["nb_snapshots", 60, 4, "number"],
  ["snapshots_offset", 64, 8, "hex"],
];
const version3: readonly FieldPlace[] = [
  ["incompatible_features", 72, 8, "hex"],
  ["compatible_features", 80, 8, "hex"],
  ["autoclear_features", 88, 8, "hex"],
  ["refcount_order", 96, 4, "number"],
  ["header_length", 100, 4, "number"],
  ["compression_type", 104, 1, "number"],
];

/** What the first cluster holds: each field of the header, the extensions behind it, and the backing file's name. */
export function headerFieldParts(source: ByteSource, { header }: ImageTables): FilePart[] {
  const { headerLength, backingFileOffset, backingFileSize, clusterSize } = header;
  const bytes = new Uint8Array(Math.min(headerLength, source.size));
  source.read(0, bytes);
  const layout = header.version === 3 ? [...version2, ...version3] : version2;
  const parts = fieldParts(bytes, { order: "big" }, layout);
  const last = parts.at(-1);
  const fieldsEnd = last === undefined ? 0 : last.at + last.length;
  const isNamed = backingFileOffset > 0 && backingFileSize > 0;
  const extensionsEnd = isNamed ? Math.min(backingFileOffset, clusterSize) : clusterSize;
  if (headerLength > fieldsEnd)
    parts.push({ at: fieldsEnd, length: headerLength - fieldsEnd, kind: "header" });
  if (extensionsEnd > headerLength)
    parts.push({ at: headerLength, length: extensionsEnd - headerLength, kind: "headerExtension" });
  if (isNamed) parts.push({ at: backingFileOffset, length: backingFileSize, kind: "backingName" });
  return parts;
}
