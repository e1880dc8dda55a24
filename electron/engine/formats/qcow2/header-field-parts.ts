import type { FilePart } from "../../../../shared/model/bytes";
import type { ByteSource } from "../../io/source";
import type { ImageTables } from "./change/image";

/** The header's fields: name, byte offset, bytes, and how to write what they hold (specification, "Header"). */
const version2: readonly HeaderField[] = [
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
const version3: readonly HeaderField[] = [
  ["incompatible_features", 72, 8, "hex"],
  ["compatible_features", 80, 8, "hex"],
  ["autoclear_features", 88, 8, "hex"],
  ["refcount_order", 96, 4, "number"],
  ["header_length", 100, 4, "number"],
  ["compression_type", 104, 1, "number"],
];

type HeaderField = readonly [name: string, at: number, length: number, as: "hex" | "number"];

/** What the first cluster holds: each field of the header, the extensions behind it, and the backing file's name. */
export function headerFieldParts(source: ByteSource, { header }: ImageTables): FilePart[] {
  const { headerLength, backingFileOffset, backingFileSize, clusterSize } = header;
  const bytes = new Uint8Array(Math.min(headerLength, source.size));
  source.read(0, bytes);
  const layout = header.version === 3 ? [...version2, ...version3] : version2;
  const parts = layout
    .filter(([, at, length]) => at + length <= bytes.length)
    .map(([name, at, length, as]): FilePart => {
      let value = 0n;
      for (const byte of bytes.subarray(at, at + length)) value = value * 256n + BigInt(byte);
      return {
        at,
        length,
        kind: "headerField",
        name,
        value: as === "hex" ? `0x${value.toString(16)}` : value.toString(),
      };
    });
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
