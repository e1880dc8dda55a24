import { fields } from "../../codec/fields";
import { parseXml, type XmlElement } from "../../codec/xml";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import type { TarEntry } from "./entries";

/** Bytes of an OVF descriptor, at most. */
const longest = 2 ** 22;

/** A disk that the descriptor of an appliance names. */
export interface OvfDisk {
  /** The file's name in the archive. */
  readonly href: string;
  /** How the file is packed ("gzip"); absent when it is not. */
  readonly compression?: string;
  /** Whether the file is split into parts of a size. */
  readonly chunked: boolean;
}

/** The descriptor among the entries, if there is one: the archive is an OVA then (DSP0243, 5.3). */
export function descriptorOf(entries: readonly TarEntry[]): TarEntry | undefined {
  return entries.find(({ name }) => /\.ovf$/i.test(name));
}

/**
 * Reads which files of the appliance are its disks.
 * @throws ImageError `limit`, `invalid-header` (no XML), `io`.
 */
export function readOvfDisks(source: ByteSource, { name, at, length }: TarEntry): OvfDisk[] {
  if (length > longest)
    throw new ImageError("limit", `${source.name}: the descriptor ${name} is too large`, {
      file: source.name,
      at,
      expected: `at most ${longest} bytes`,
      found: length,
    });
  const bytes = new Uint8Array(length);
  source.read(at, bytes);
  // Some begin with a byte order mark, which the decoder takes off.
  const root = parseXml(source.name, fields(bytes, { order: "big" }).text(0, length));
  const files = new Map<string, OvfDisk>();
  for (const element of childrenOf(root, "References").flatMap((each) =>
    childrenOf(each, "File"),
  )) {
    const id = valueOf(element, "id");
    const href = valueOf(element, "href");
    if (id === undefined || href === undefined) continue;
    const compression = valueOf(element, "compression");
    files.set(id, {
      href,
      chunked: valueOf(element, "chunkSize") !== undefined,
      ...(compression !== undefined && compression !== "identity" && { compression }),
    });
  }
  const disks = childrenOf(root, "DiskSection").flatMap((each) => childrenOf(each, "Disk"));
  return disks.flatMap((disk) => files.get(valueOf(disk, "fileRef") ?? "") ?? []);
}

/** The name without the prefix of its name space: writers choose these as they like. */
const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

function childrenOf({ children }: XmlElement, name: string): XmlElement[] {
  return children.filter((each) => localName(each.name) === name);
}

function valueOf({ attributes }: XmlElement, name: string): string | undefined {
  return [...attributes].find(([key]) => localName(key) === name)?.[1];
}
