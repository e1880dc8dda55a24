import { fields } from "../../codec/fields";
import type { ByteSource } from "../../io/source";
import { headerError } from "../header-error";
import { featureSets, type FeatureName } from "./features";
import { limits, type Header } from "./header";

/** Types of header extensions (specification, "Header extensions"). */
export const extensionTypes = {
  end: 0x00000000,
  backingFormat: 0xe2792aca,
  featureNames: 0x6803f857,
  bitmaps: 0x23852875,
  encryptionHeader: 0x0537be77,
  dataFileName: 0x44415441,
} as const;

/** Bytes of one entry of the feature name table: set, bit, name. */
export const featureNameLength = 48;

/** Where the directory of bitmaps lies (specification, "Bitmaps extension"). */
export interface BitmapsExtension {
  /** Byte offset of the extension's data in the file. */
  readonly at: number;
  readonly nbBitmaps: number;
  /** Bytes. */
  readonly directorySize: number;
  readonly directoryOffset: number;
}

/** What the header extensions say; absent is what the image does not have. */
export interface HeaderExtensions {
  readonly backingFormat?: string;
  readonly featureNames: readonly FeatureName[];
  readonly bitmaps?: BitmapsExtension;
  /** Byte offset and length of the LUKS header. */
  readonly encryptionHeader?: { readonly offset: number; readonly length: number };
  readonly dataFileName?: string;
  /** Types that the specification does not name; skipped. */
  readonly unknown: readonly number[];
}

interface Extension {
  readonly type: number;
  /** Byte offset of the data in the file. */
  readonly at: number;
  readonly data: Uint8Array;
}

/** Cuts the area behind the header into extensions, up to the end marker or the area's end. */
function* extensionsOf(source: ByteSource, header: Header): Iterable<Extension> {
  const start = header.headerLength;
  // The backing file's name ends the area; without one it is the first cluster.
  const { backingFileOffset, clusterSize } = header;
  const end = backingFileOffset === 0 ? clusterSize : Math.min(backingFileOffset, clusterSize);
  const bytes = new Uint8Array(Math.max(0, Math.min(end, source.size) - start));
  source.read(start, bytes);
  const area = fields(bytes, { order: "big", file: source.name, base: start });
  let at = 0;
  while (start + at < end) {
    const type = area.u32(at);
    if (type === extensionTypes.end) return;
    const length = area.u32(at + 4);
    if (start + at + 8 + length > end) {
      throw headerError(
        source,
        start + at + 4,
        `a header extension of ${length} bytes is too large`,
        {
          expected: `at most ${Math.max(0, end - start - at - 8)}`,
          found: length,
        },
      );
    }
    yield { type, at: start + at + 8, data: area.bytes(at + 8, length) };
    at += 8 + Math.ceil(length / 8) * 8;
  }
}

function featureNamesIn(data: Uint8Array): FeatureName[] {
  // The last name may be cut off where its zeros would begin.
  const whole = new Uint8Array(Math.ceil(data.length / featureNameLength) * featureNameLength);
  whole.set(data);
  const table = fields(whole, { order: "big" });
  const names: FeatureName[] = [];
  for (let at = 0; at < whole.length; at += featureNameLength) {
    const set = featureSets[table.u8(at)];
    if (set !== undefined) names.push({ set, bit: table.u8(at + 1), name: table.text(at + 2, 46) });
  }
  return names;
}

/**
 * Reads the header extensions of either version.
 * @throws ImageError `invalid-header` for one that leaves its area or is too short for its fields,
 *   `truncated` when the file ends inside the area.
 */
export function readHeaderExtensions(source: ByteSource, header: Header): HeaderExtensions {
  const found: { -readonly [K in keyof HeaderExtensions]: HeaderExtensions[K] } = {
    featureNames: [],
    unknown: [],
  };
  const unknown: number[] = [];
  for (const { type, at, data } of extensionsOf(source, header)) {
    const extension = fields(data, { order: "big", file: source.name, base: at });
    switch (type) {
      case extensionTypes.backingFormat:
        found.backingFormat = extension.text(0, data.length);
        break;
      case extensionTypes.featureNames:
        found.featureNames = featureNamesIn(data);
        break;
      case extensionTypes.bitmaps:
        found.bitmaps = bitmapsIn(at, data);
        break;
      case extensionTypes.encryptionHeader:
        requireLength(source, at, data, 16);
        found.encryptionHeader = { offset: extension.u64(0), length: extension.u64(8) };
        break;
      case extensionTypes.dataFileName:
        found.dataFileName = extension.text(0, data.length);
        break;
      default:
        unknown.push(type);
    }
  }
  return { ...found, unknown };
}

/** The disk is read without bitmaps: what is wrong here costs only them, and says that there are none. */
function bitmapsIn(at: number, data: Uint8Array): BitmapsExtension {
  const extension = fields(data, { order: "big" });
  if (data.length !== 24 || extension.u32(4) !== 0)
    return { at, nbBitmaps: 0, directorySize: 0, directoryOffset: 0 };
  return {
    at,
    nbBitmaps: extension.u32(0),
    directorySize: Number(extension.bits64(8)),
    directoryOffset: Number(extension.bits64(16)),
  };
}

function requireLength(source: ByteSource, at: number, data: Uint8Array, expected: number): void {
  if (data.length === expected) return;
  throw headerError(source, at - 4, `a header extension holds ${data.length} bytes`, {
    expected,
    found: data.length,
  });
}

/**
 * The backing file's name, or undefined when the image has none.
 * @throws ImageError `invalid-header` when it is too long or lies outside the first cluster,
 *   `truncated` when the file ends before.
 */
export function readBackingName(source: ByteSource, header: Header): string | undefined {
  const { backingFileOffset: at, backingFileSize: length, clusterSize, headerLength } = header;
  if (at === 0) return undefined;
  if (at < headerLength || at > clusterSize) {
    throw headerError(source, 8, `the backing file name's offset ${at} is not allowed`, {
      expected: `${headerLength} to ${clusterSize}`,
      found: at,
    });
  }
  const most = Math.min(limits.backingName, clusterSize - at);
  if (length > most) {
    throw headerError(source, 16, `the backing file name of ${length} bytes is too long`, {
      expected: `at most ${most}`,
      found: length,
    });
  }
  const bytes = new Uint8Array(length);
  source.read(at, bytes);
  const name = fields(bytes, { order: "big" }).text(0, length);
  return name === "" ? undefined : name;
}
