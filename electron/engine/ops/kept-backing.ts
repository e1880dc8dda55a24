import { ImageError } from "../errors";
import { formatById } from "../formats/registry";
import type { DiskImage } from "../image/disk-image";
import type { ParentRef } from "../image/layer";
import { fileStatus } from "../io/file";
import { folderOf, nameSeenFrom, resolveFrom } from "../io/paths";
import type { ConvertJob } from "./convert";

/** The backing file that a new image stands on. */
export interface KeptBacking {
  /** As it is written into the new image. */
  readonly backing: ParentRef;
  /** Depth of the first layer of the source that is not copied; past the last one when all are. */
  readonly keep: number;
}

/**
 * What a conversion keeps of its source's chain; undefined when it keeps nothing. Without
 * `keepBacking` it is the layer that the named file is; a file that is none of the source's stands for
 * what the source itself stands on, as for qemu-img.
 * @throws ImageError `invalid-argument` for a format without backing files, several sources and a
 *   layer that is not there; `missing-file` for a file that is not.
 */
export function keptBacking(
  { layers }: DiskImage,
  { format, target, source, backing, keepBacking }: ConvertJob,
): KeptBacking | undefined {
  if (backing === undefined && keepBacking === undefined) return undefined;
  const { label, backing: mayBack, linksToParent = false } = formatById(format);
  if (!mayBack && !linksToParent)
    throw invalid(`${label} images cannot be written on a backing file`);
  if (source.images.length > 1)
    throw invalid("A backing file makes no sense for several sources behind one another");
  const folder = folderOf(target);
  if (backing === undefined) {
    const layer = layers[keepBacking ?? 0];
    if (layer === undefined || !keepBacking) throw noLayer(keepBacking, layers.length);
    const name = nameSeenFrom(folder, layer.source.name);
    return { backing: { name, format: declared(layer.format) }, keep: keepBacking };
  }

  const path = resolveFrom(folder, backing.name);
  const { kind, identity } = fileStatus(path);
  if (kind === "none") {
    throw new ImageError("missing-file", `The backing file ${path} is not there`, { file: path });
  }
  if (identity === fileStatus(target).identity)
    throw invalid(`${target} cannot be its own backing file`);
  const found = layers.findIndex((layer) => layer.source.identity === identity);
  const keep = keepBacking ?? Math.max(1, found);
  if (keep < 1 || keep > layers.length) throw noLayer(keep, layers.length);
  const ownFormat = found < 0 ? undefined : layers[found]?.format;
  const known = backing.format ?? (ownFormat && declared(ownFormat));
  return { backing: { name: backing.name, ...(known && { format: known }) }, keep };
}

/** The name that images know a format by: they take a disc for a raw disk. */
const declared = (format: string): string => (format === "iso" ? "raw" : format);

function noLayer(depth: number | undefined, count: number): ImageError {
  return new ImageError("invalid-argument", "The source has no such layer to keep", {
    expected: `1 to ${count - 1}`,
    ...(depth !== undefined && { found: depth }),
  });
}

function invalid(message: string): ImageError {
  return new ImageError("invalid-argument", message);
}
