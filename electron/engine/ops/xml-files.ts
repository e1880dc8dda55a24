import { parseXml, type XmlElement } from "../codec/xml";
import { ImageError } from "../errors";
import { fileStatus, namesIn, openFile } from "../io/file";
import { resolveFrom } from "../io/paths";

/** Names in a folder that are looked at, files that are read, and bytes of such a file. */
const mostNames = 10_000;
const mostFiles = 1000;
const largest = 1024 * 1024;

/** An XML file that could be read. */
export interface XmlFile {
  readonly path: string;
  readonly root: XmlElement;
}

/**
 * The XML files of a folder whose names are wanted, in order. What cannot be read, is too large or
 * something else is passed over: such files are an extra.
 * @param refused Called for what is there and the host does not let us read.
 * @param extension What their names end with.
 */
export function* xmlFilesIn(
  folder: string,
  wanted: (name: string) => boolean,
  refused: () => void = () => {},
  extension = ".xml",
): Generator<XmlFile> {
  const names = passed(() => namesIn(folder, mostNames), refused) ?? [];
  const files = names
    .filter((name) => name.endsWith(extension) && wanted(name))
    .slice(0, mostFiles);
  for (const name of files) {
    const path = resolveFrom(folder, name);
    const root = passed(() => readXml(path), refused);
    if (root !== undefined) yield { path, root };
  }
}

function readXml(path: string): XmlElement | undefined {
  if (fileStatus(path).kind !== "file") return undefined;
  const file = openFile(path);
  try {
    if (file.size > largest) return undefined;
    const bytes = new Uint8Array(file.size);
    file.read(0, bytes);
    return parseXml(path, new TextDecoder().decode(bytes));
  } finally {
    file.close();
  }
}

function passed<T>(read: () => T, refused: () => void): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    if (error.code === "io") refused();
    return undefined;
  }
}

/** The first child of that name. */
export const childOf = ({ children }: XmlElement, name: string): XmlElement | undefined =>
  children.find((child) => child.name === name);
