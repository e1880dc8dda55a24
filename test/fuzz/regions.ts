import { samples } from "../engine/conformance/samples";
import type { FormatId } from "../../shared/model/format";
import type { Region, SeedImage } from "./corpus";

/** Names that files of the corpus have: long ones, so that others fit in their places. */
export const baseName = "the-image-that-lies-below-the-others.img";

/** Byte order of each format's numbers. */
export function orderOf(format: FormatId): SeedImage["order"] {
  return ["qcow2", "qcow", "vpc", "dmg"].includes(format) ? "big" : "little";
}

/** The parts of an image that are worth damaging, found in its bytes. */
export function regionsOf(format: FormatId, bytes: Uint8Array): Region[] {
  return [
    ...structuresOf(format, bytes),
    ...namesIn(bytes),
    ...wrappingRegions(bytes),
    ...tableRegions(bytes),
  ]
    .map((region) => ({ ...region, length: Math.min(region.length, bytes.length - region.at) }))
    .filter(({ at, length }) => at >= 0 && length > 0);
}

const texts = ["descriptor", "property list"];

/** What the conformance tests know of the format; an image of another kind of it may have none. */
function structuresOf(format: FormatId, bytes: Uint8Array): Region[] {
  try {
    return samples[format].structures(bytes).map((structure): Region => {
      const { name } = structure;
      if (format === "dmg" && name === "block table") return { ...structure, kind: "base64" };
      return { ...structure, kind: texts.includes(name) ? "text" : "fields" };
    });
  } catch {
    return textOf(bytes);
  }
}

/** A file that is all text, as descriptors are. */
function textOf(bytes: Uint8Array): Region[] {
  const isText = bytes.length < 65536 && bytes.every((byte) => byte >= 9 && byte < 128);
  return isText ? [{ name: "text", at: 0, length: bytes.length, kind: "text" }] : [];
}

function namesIn(bytes: Uint8Array): Region[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return [
    { bytes: Buffer.from(baseName, "latin1"), kind: "name" as const },
    { bytes: Buffer.from(baseName, "utf16le"), kind: "wide-name" as const },
  ].flatMap(({ bytes: name, kind }) => {
    const at = file.indexOf(name);
    return at < 0 ? [] : [{ name: "name of another file", at, length: name.length, kind }];
  });
}

/** The beginning and the end of a packed file, and the headers and texts of an archive. */
function wrappingRegions(bytes: Uint8Array): Region[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const isPacked = ["1f8b", "fd377a58", "28b52ffd"].some(
    (magic) => file.toString("hex", 0, magic.length / 2) === magic,
  );
  if (isPacked)
    return [
      { name: "head", at: 0, length: 64, kind: "fields" },
      { name: "stream", at: 0, length: Math.min(4096, file.length), kind: "fields" },
      { name: "tail", at: Math.max(0, file.length - 64), length: 64, kind: "fields" },
    ];
  const headers: Region[] = [];
  for (let at = 0; at + 512 <= Math.min(file.length, 65536); at += 512) {
    if (file.toString("latin1", at + 257, at + 262) !== "ustar") continue;
    headers.push({ name: "archive header", at, length: 512, kind: "fields" });
    const end = file.indexOf("</Envelope>", at);
    if (file.toString("latin1", at + 512, at + 517) === "<?xml" && end > 0)
      headers.push({ name: "OVF", at: at + 512, length: end + 11 - at - 512, kind: "text" });
  }
  return headers;
}

/** Partition tables of a disk that is stored as it is. */
function tableRegions(bytes: Uint8Array): Region[] {
  if (bytes.length < 34 * 512 || bytes[510] !== 0x55 || bytes[511] !== 0xaa) return [];
  const mbr: Region = { name: "MBR", at: 446, length: 66, kind: "fields" };
  const gpt = Buffer.from(bytes.subarray(512, 520)).toString("latin1") === "EFI PART";
  if (!gpt) return [mbr];
  return [
    mbr,
    { name: "GPT header", at: 512, length: 92, kind: "fields" },
    { name: "GPT", at: 1024, length: 1024, kind: "fields" },
  ];
}
