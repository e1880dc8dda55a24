import { fields, putFields } from "../../../codec/fields";
import { ImageError } from "../../../errors";
import type { ParentRef } from "../../../image/layer";
import { limits, version2Length, writtenLength } from "../header";
import { extensionTypes, readBackingName } from "../header-extensions";
import { putHeaderFields, sectorSize, type HeaderFields } from "./header-fields";
import type { ChangeableImage } from "./image";
import { changeImage, type ChangeOptions, type Switch, type Transaction } from "./transaction";

/** A header extension as it lies in the file. */
interface RawExtension {
  readonly type: number;
  readonly data: Uint8Array;
}

/** What the first cluster shall say. */
export interface FirstCluster {
  readonly version: 2 | 3;
  /** Absent for an image that stands alone. */
  readonly backing?: ParentRef | undefined;
  readonly fields?: HeaderFields;
  /** The data of the bitmaps extension; "none" takes it away, absent leaves it. */
  readonly bitmaps?: Uint8Array | "none";
}

/** A first cluster that is worked out. */
interface PlannedCluster extends Switch {
  /** Where the backing file's name goes, when it is not in the first sector. */
  readonly name?: { readonly at: number; readonly bytes: Uint8Array };
}

/** The backing file that an image names. @throws ImageError as `readBackingName`. */
export function backingOf({ file, header, extensions }: ChangeableImage): ParentRef | undefined {
  const name = readBackingName(file, header);
  if (name === undefined) return undefined;
  const { backingFormat: format } = extensions;
  return { name, ...(format !== undefined && { format }) };
}

/**
 * Rewrites header, extensions and backing file name.
 * @param build What else the change does; it may add to what the cluster shall say.
 * @throws ImageError as `planFirstCluster` and `changeImage`.
 */
export function rewriteFirstCluster(
  image: ChangeableImage,
  wanted: FirstCluster,
  build?: (change: Transaction) => Partial<FirstCluster>,
  options?: ChangeOptions,
): void {
  const { file, header } = image;
  const prepare = (change: Transaction): Switch => {
    const { name, ...planned } = planFirstCluster(image, { ...wanted, ...build?.(change) });
    if (name) change.write(name.at, name.bytes);
    return planned;
  };
  changeImage(file, { ...header, version: wanted.version }, prepare, options);
}

/**
 * Lays the first cluster out. Only the first sector changes at once: the name is written to where
 * nothing is yet, and only then does the sector name that place. The table of feature names, which
 * explains and decides nothing, is left out.
 * @throws ImageError `limit` when there is no room for it, `invalid-argument` for a name that is too long.
 */
function planFirstCluster(image: ChangeableImage, wanted: FirstCluster): PlannedCluster {
  const { file, header } = image;
  const { clusterSize, backingFileOffset, backingFileSize } = header;
  const kept = readExtensions(image).filter(
    ({ type }) => type !== extensionTypes.featureNames && type !== extensionTypes.backingFormat,
  );
  const format = wanted.backing?.format;
  const { bitmaps } = wanted;
  const all = [
    ...(format === undefined
      ? []
      : [{ type: extensionTypes.backingFormat, data: new TextEncoder().encode(format) }]),
    ...kept.filter(({ type }) => bitmaps === undefined || type !== extensionTypes.bitmaps),
    ...(bitmaps instanceof Uint8Array ? [{ type: extensionTypes.bitmaps, data: bitmaps }] : []),
  ];
  const { bytes, end } = headBytes(image, wanted, all);
  const name = new TextEncoder().encode(wanted.backing?.name ?? "");
  if (name.length > limits.backingName) throw nameTooLong(name.length);
  const room = Math.min(sectorSize, clusterSize);
  // What the new sector does not hold must lie clear of the old extensions and the old name.
  const oldEnd = backingFileOffset === 0 ? oldAreaEnd(image) : backingFileOffset + backingFileSize;
  const inSector = end + name.length <= room;
  const behind = Math.max(room, Math.ceil(oldEnd / 8) * 8);
  const places = inSector ? [end] : [behind, room];
  const isClear = (at: number): boolean =>
    at + name.length <= clusterSize &&
    (at + name.length <= sectorSize || at >= oldEnd || at + name.length <= firstKept(image));
  const at = places.find(isClear);
  if (end > room || at === undefined) throw noRoom(file.name);
  const fieldsNow: HeaderFields = {
    ...wanted.fields,
    backingFileOffset: name.length === 0 ? 0 : at,
    backingFileSize: name.length,
  };
  const planned = { fields: fieldsNow, sector: bytes };
  if (at + name.length > sectorSize) return { ...planned, name: { at, bytes: name } };
  bytes.set(name, at);
  return planned;
}

/** The first byte behind the sector that the image still needs. */
function firstKept({ header }: ChangeableImage): number {
  const { backingFileOffset } = header;
  return backingFileOffset === 0 ? sectorSize : Math.max(sectorSize, backingFileOffset);
}

/** The first sector: header, then `extensions` and their end marker; the answer is where that ends. */
function headBytes(
  { file, header }: ChangeableImage,
  { version, fields: more }: FirstCluster,
  extensions: readonly RawExtension[],
): { bytes: Uint8Array; end: number } {
  const old = new Uint8Array(sectorSize);
  file.read(0, old);
  const bytes = new Uint8Array(sectorSize);
  const oldLength = header.version === 3 ? header.headerLength : version2Length;
  const length = version === 2 ? version2Length : Math.max(oldLength, writtenLength);
  bytes.set(old.subarray(0, Math.min(oldLength, length)));
  const fresh: HeaderFields =
    version === header.version ? {} : { version, refcountOrder: 4, headerLength: length };
  putHeaderFields(bytes, { ...header, version }, { ...fresh, headerLength: length, ...more });
  let at = length;
  const put = putFields(bytes, "big");
  for (const { type, data } of extensions) {
    const next = at + 8 + Math.ceil(data.length / 8) * 8;
    if (next + 8 > sectorSize) throw noRoom(file.name);
    put.u32(at, type);
    put.u32(at + 4, data.length);
    put.bytes(at + 8, data);
    at = next;
  }
  return { bytes, end: at + 8 };
}

/** The header extensions, all of them, as they are. */
function readExtensions(image: ChangeableImage): RawExtension[] {
  const { area, extensions } = walkExtensions(image);
  return extensions.map(({ type, at, length }) => ({ type, data: area.slice(at, at + length) }));
}

/** The byte behind the last extension. */
function oldAreaEnd(image: ChangeableImage): number {
  const last = walkExtensions(image).extensions.at(-1);
  const { headerLength } = image.header;
  const end = last === undefined ? 0 : Math.ceil((last.at + last.length) / 8) * 8;
  // The end marker.
  return headerLength + end + 8;
}

/** The area of the extensions and where each one's data lies in it. `readHeaderExtensions` has checked them. */
function walkExtensions({ file, header }: ChangeableImage): {
  area: Uint8Array;
  extensions: { type: number; at: number; length: number }[];
} {
  const { headerLength: start, backingFileOffset, clusterSize } = header;
  const end = backingFileOffset === 0 ? clusterSize : Math.min(backingFileOffset, clusterSize);
  const area = new Uint8Array(Math.max(0, Math.min(end, file.size) - start));
  file.read(start, area);
  const read = fields(area, { order: "big", file: file.name, base: start });
  const extensions: { type: number; at: number; length: number }[] = [];
  for (let at = 0; at + 8 <= area.length;) {
    const type = read.u32(at);
    if (type === extensionTypes.end) break;
    const length = read.u32(at + 4);
    extensions.push({ type, at: at + 8, length });
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return { area, extensions };
}

function nameTooLong(found: number): ImageError {
  return new ImageError("invalid-argument", "The backing file's name is too long", {
    expected: `at most ${limits.backingName} bytes`,
    found,
  });
}

function noRoom(file: string): ImageError {
  return new ImageError("limit", `${file}: the header's cluster has no room for it`, {
    file,
    hint: "Use a shorter name, or convert the image to larger clusters.",
  });
}
