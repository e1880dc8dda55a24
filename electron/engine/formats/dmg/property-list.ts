import { fields } from "../../codec/fields";
import { parseXml, type XmlElement } from "../../codec/xml";
import type { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import { dmgError } from "./dmg-error";
import type { Place } from "./koly";

/** Bytes of a property list at most; one of 16 MiB tells of 300000 chunks. */
const longest = 2 ** 24;
/** Block tables at most: there is one for each partition and for each gap between them. */
const mostTables = 1024;
/** Characters of a table's name that are kept. */
const longestName = 255;

/** One entry of the list "blkx": a block table, and what it is the table of. */
export interface TableEntry {
  /** E.g. "disk image (Apple_HFS : 4)"; "" when it has none. */
  readonly name: string;
  /** The block table's bytes. */
  readonly data: Uint8Array;
}

/**
 * Reads the block tables out of the property list, an XML one.
 * @throws ImageError `invalid-header`, `limit`, `io`.
 */
export function readTables(source: ByteSource, place: Place): TableEntry[] {
  if (place.length > longest)
    throw dmgError("limit", source, place.at, "the property list is too large", {
      expected: `at most ${longest} bytes`,
      found: place.length,
    });
  const root = parseXml(source.name, textOf(source, place));
  const resourceFork = valueOf(childOf(root, "dict"), "resource-fork");
  const blkx = valueOf(resourceFork, "blkx");
  const entries = blkx?.name === "array" ? blkx.children : [];
  if (entries.length === 0 || entries.length > mostTables)
    throw dmgError("invalid-header", source, place.at, "the property list has no block tables", {
      expected: `1 to ${mostTables} in the array blkx of resource-fork`,
      found: entries.length,
    });
  return entries.map((entry) => {
    const name = valueOf(entry, "CFName")?.text || valueOf(entry, "Name")?.text || "";
    const data = decodeBase64(valueOf(entry, "Data")?.text ?? "");
    if (data === undefined) throw noData(source, place, name);
    return { name: name.slice(0, longestName), data };
  });
}

/** The document without the document type that every property list declares. */
function textOf(source: ByteSource, { at, length }: Place): string {
  const bytes = new Uint8Array(length);
  source.read(at, bytes);
  const text = fields(bytes, { order: "big" }).text(0, length);
  const head = text.slice(0, 1024);
  // Only one that names its definition: one that holds definitions is left for the parser to refuse.
  return head.replace(/<!DOCTYPE\s[^[\]<>]*>/, "") + text.slice(1024);
}

/** The element behind the key in a dictionary. */
function valueOf(dict: XmlElement | undefined, key: string): XmlElement | undefined {
  if (dict?.name !== "dict") return undefined;
  const index = dict.children.findIndex(({ name, text }) => name === "key" && text === key);
  return index < 0 ? undefined : dict.children[index + 1];
}

function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((each) => each.name === name);
}

/** Undefined when it is no base64. */
function decodeBase64(text: string): Uint8Array | undefined {
  let binary: string;
  try {
    // It passes over white space.
    binary = globalThis.atob(text);
  } catch {
    return undefined;
  }
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

function noData(source: ByteSource, { at }: Place, name: string): ImageError {
  return dmgError("invalid-header", source, at, `the block table '${name}' is no base64`);
}
