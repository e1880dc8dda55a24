import { parseXml, type XmlElement } from "../../codec/xml";
import type { ByteSource } from "../../io/source";
import { sectorSize } from "./header";
import { parallelsError } from "./parallels-error";

const rootElement = "Parallels_disk_image";
/** Bytes of a descriptor at most. */
const largestDescriptor = 2 ** 20;
/** Bytes in which the root element must begin. */
const probedLength = 1024;

/** The snapshot that the guest writes to, unless TopGUID names another. */
const usualTop = "5fbaabe3-6958-40ff-92a7-860e329aab41";
/** "None": no parent, no encryption. */
const nilGuid = "00000000-0000-0000-0000-000000000000";

/** A file that holds what a storage had when a snapshot was taken, or has now. */
export interface ImageElement {
  readonly guid: string;
  readonly type: "Plain" | "Compressed";
  /** As written. */
  readonly file: string;
}

/** A stretch of the disk; there are several when the disk is split. */
export interface Storage {
  /** First sector, and the one behind the last. */
  readonly start: number;
  readonly end: number;
  /** Sectors of a cluster. */
  readonly blocksize: number;
  readonly images: readonly ImageElement[];
}

/** DiskDescriptor.xml by its elements' names; GUIDs in lower case, without brackets. */
export interface DiskDescriptor {
  readonly version: string;
  /** Sectors. */
  readonly diskSize: number;
  readonly name: string;
  readonly uid: string;
  /** One behind the other, from sector 0 to the disk's end. */
  readonly storages: readonly Storage[];
  /** From the top to the root: GUIDs of the images that make up the disk as it is now. */
  readonly chain: readonly string[];
  /** How many snapshots there are beside the top. */
  readonly snapshots: number;
}

/** Whether the file is a disk descriptor. */
export function isDescriptor(source: ByteSource): boolean {
  const bytes = new Uint8Array(Math.min(probedLength, source.size));
  source.read(0, bytes);
  return new TextDecoder().decode(bytes).includes(`<${rootElement}`);
}

/**
 * Reads and checks a disk descriptor.
 * @throws ImageError `invalid-header`, `unsupported` (encrypted, padded, other sectors), `cycle`
 *   (snapshots), `limit`, `io`.
 */
export function readDescriptor(source: ByteSource): DiskDescriptor {
  if (source.size > largestDescriptor)
    throw parallelsError("limit", source, "the disk descriptor is too large", {
      expected: `at most ${largestDescriptor} bytes`,
      found: source.size,
    });
  const bytes = new Uint8Array(source.size);
  source.read(0, bytes);
  const root = parseXml(source.name, new TextDecoder().decode(bytes));
  const parameters = child(source, root, "Disk_Parameters");
  refuseUnknown(source, parameters);
  const diskSize = numberIn(source, parameters, "Disk_size");
  const storages = all(child(source, root, "StorageData"), "Storage")
    .map((element) => storageOf(source, element))
    .toSorted((a, b) => a.start - b.start);
  checkCovered(source, storages, diskSize);
  const shots = all(find(root, "Snapshots"), "Shot");
  return {
    version: "1.0",
    diskSize,
    name: textIn(parameters, "Name"),
    uid: guidIn(parameters, "UID"),
    storages,
    chain: chainOf(source, find(root, "Snapshots"), shots, storages),
    snapshots: Math.max(0, shots.length - 1),
  };
}

/** What would make guest bytes other than the images say. */
function refuseUnknown(source: ByteSource, parameters: XmlElement): void {
  const refuse = (what: string, found: string): never => {
    throw parallelsError("unsupported", source, `${what} is not supported`, { found });
  };
  const engine = guidIn(find(parameters, "Encryption"), "Engine");
  if (engine !== "" && engine !== nilGuid) refuse("an encrypted disk", engine);
  const padding = textIn(parameters, "Padding");
  if (padding !== "" && padding !== "0") refuse("a padded disk", padding);
  const sector = textIn(parameters, "LogicSectorSize");
  if (sector !== "" && sector !== String(sectorSize)) refuse("another sector size", sector);
}

function storageOf(source: ByteSource, element: XmlElement): Storage {
  return {
    start: numberIn(source, element, "Start"),
    end: numberIn(source, element, "End"),
    blocksize: numberIn(source, element, "Blocksize"),
    images: all(element, "Image").map((image) => ({
      guid: guidIn(image, "GUID"),
      type: typeIn(source, image),
      file: textIn(image, "File"),
    })),
  };
}

function typeIn(source: ByteSource, image: XmlElement): ImageElement["type"] {
  const found = textIn(image, "Type");
  if (found === "Plain" || found === "Compressed") return found;
  const expected = "Plain or Compressed";
  throw parallelsError("unsupported", source, "an image is of an unknown type", {
    expected,
    found,
  });
}

/** Storages must follow one another from the first sector to the last. */
function checkCovered(source: ByteSource, storages: readonly Storage[], diskSize: number): void {
  let next = 0;
  for (const { start, end } of storages) {
    if (start !== next || end <= start) throw uncovered(source, next, start);
    next = end;
  }
  if (next !== diskSize) throw uncovered(source, diskSize, next);
}

function uncovered(source: ByteSource, expected: number, found: number): Error {
  const problem = "the storages do not follow one another to the end of the disk";
  return parallelsError("invalid-header", source, problem, { expected, found });
}

/** The images of the disk as it is now, from its top snapshot to the root. */
function chainOf(
  source: ByteSource,
  snapshots: XmlElement | undefined,
  shots: readonly XmlElement[],
  storages: readonly Storage[],
): string[] {
  const parents = new Map(shots.map((shot) => [guidIn(shot, "GUID"), guidIn(shot, "ParentGUID")]));
  const [only, ...others] = new Set(
    storages.flatMap(({ images }) => images.map(({ guid }) => guid)),
  );
  // Without a word on snapshots there is one image, whatever it is called.
  if (only !== undefined && others.length === 0 && shots.length === 0) return [only];
  const chain = new Set<string>();
  let guid = guidIn(snapshots, "TopGUID") || usualTop;
  while (guid !== nilGuid) {
    if (chain.has(guid))
      throw parallelsError("cycle", source, "the snapshots loop", { found: guid });
    chain.add(guid);
    const parent = parents.get(guid);
    if (parent === undefined)
      throw parallelsError("invalid-header", source, "a snapshot is missing", { expected: guid });
    guid = parent || nilGuid;
  }
  return [...chain];
}

function find(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((each) => each.name === name);
}

function all(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((each) => each.name === name) ?? [];
}

function child(source: ByteSource, element: XmlElement, name: string): XmlElement {
  const found = find(element, name);
  if (found !== undefined) return found;
  throw parallelsError("invalid-header", source, `the element ${name} is missing`, {
    expected: `${name} in ${element.name}`,
  });
}

/** The text of an element in `element`; "" when there is none. */
function textIn(element: XmlElement | undefined, name: string): string {
  return find(element, name)?.text ?? "";
}

function guidIn(element: XmlElement | undefined, name: string): string {
  return textIn(element, name).replaceAll(/[{}]/g, "").toLowerCase();
}

/** A number of sectors. */
function numberIn(source: ByteSource, element: XmlElement, name: string): number {
  const text = child(source, element, name).text;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value * sectorSize)) return value;
  throw parallelsError("invalid-header", source, `the element ${name} is no number of sectors`, {
    found: text,
  });
}
