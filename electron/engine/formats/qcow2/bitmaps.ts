import { fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import { headerError } from "../header-error";
import { autoclear } from "./features";
import type { Header } from "./header";
import type { BitmapsExtension } from "./header-extensions";
import { requireTable } from "./tables";

/** qemu's limits: bitmaps in an image, bytes of a name, and so of a directory without extra data. */
const mostBitmaps = 65535;
const mostName = 1023;
const fixedLength = 24;
const mostDirectory = mostBitmaps * (fixedLength + mostName + 1);

/** Bits of an entry's flags with qemu-img's names for them. */
const flagNames = [
  { bit: 1, name: "in-use" },
  { bit: 2, name: "auto" },
] as const;

/** A persistent bitmap, as its directory entry tells it. */
export interface Bitmap {
  readonly name: string;
  /** Bytes of the disk that one bit stands for. */
  readonly granularity: number;
  /** "in-use" (not saved correctly, inconsistent), "auto" (enabled). */
  readonly flags: string[];
}

/**
 * Reads the bitmap directory (specification, "Bitmap directory"). Without autoclear bit 0 somebody
 * changed the image who knows no bitmaps: nothing in the directory can be trusted, and none is listed.
 * @throws ImageError `invalid-header`, `invalid-table`, `limit`, `truncated`.
 */
export function readBitmaps(
  source: ByteSource,
  header: Header,
  extension: BitmapsExtension | undefined,
): Bitmap[] {
  if (extension === undefined || (header.autoclearFeatures & autoclear.bitmaps) === 0n) return [];
  const { nbBitmaps, directoryOffset: offset, directorySize: length } = extension;
  if (nbBitmaps === 0 || nbBitmaps > mostBitmaps) {
    throw headerError(source, header.headerLength, `${nbBitmaps} bitmaps are not allowed`, {
      expected: `1 to ${mostBitmaps}`,
      found: nbBitmaps,
    });
  }
  const place = { name: "bitmap directory", saidAt: header.headerLength, limit: mostDirectory };
  requireTable(source, header, { ...place, offset, length });
  const bytes = new Uint8Array(length);
  source.read(offset, bytes);
  const directory = fields(bytes, { order: "big", file: source.name, base: offset });
  const bitmaps: Bitmap[] = [];
  let at = 0;
  for (let i = 0; i < nbBitmaps; i++) {
    const flags = directory.u32(at + 12);
    const granularityBits = directory.u8(at + 17);
    const nameLength = directory.u16(at + 18);
    const nameAt = at + fixedLength + directory.u32(at + 20);
    if (granularityBits > 52 || nameLength === 0 || nameLength > mostName) {
      throw new ImageError("invalid-table", `${source.name}: bitmap ${i} is damaged`, {
        file: source.name,
        at: offset + at + 17,
        expected: `a granularity below 2^53 and a name of 1 to ${mostName} bytes`,
        found: `2^${granularityBits} and ${nameLength}`,
      });
    }
    bitmaps.push({
      name: directory.text(nameAt, nameLength),
      granularity: 2 ** granularityBits,
      flags: flagNames.filter(({ bit }) => (flags & bit) !== 0).map(({ name }) => name),
    });
    at = Math.ceil((nameAt + nameLength) / 8) * 8;
  }
  return bitmaps;
}

/**
 * What these bitmaps take in an image with clusters of `clusterSize` bytes: of each its data and its
 * table, and their directory; whole clusters, in bytes.
 * @param size Virtual size in bytes.
 */
export function bitmapsSize(
  size: number,
  clusterSize: number,
  bitmaps: readonly Pick<Bitmap, "name" | "granularity">[],
): number {
  const clusters = (bytes: number) => Math.ceil(bytes / clusterSize);
  let total = 0;
  let directory = 0;
  for (const { name, granularity } of bitmaps) {
    const data = clusters(Math.ceil(Math.ceil(size / granularity) / 8));
    total += data + clusters(data * 8);
    directory += Math.ceil((fixedLength + new TextEncoder().encode(name).length) / 8) * 8;
  }
  return (total + clusters(directory)) * clusterSize;
}
