import type { ChangedSnapshot } from "../../../../shared/model/change";
import { ImageError } from "../../errors";
import { stackLayers, type DiskImage } from "../../image/disk-image";
import type { ImageLayer } from "../../image/layer";
import type { OpenRequest } from "../../image/open-image";
import { formatById } from "../../formats/registry";
import type { Control } from "../control";
import { below, changedSnapshots, requireQcow2, topOf } from "./chain";
import { differingClusters } from "./differing-clusters";

/** Guest bytes that are compared, and written to a raw base, together. */
const rawBlock = 65536;

/** The base at `depth` of a chain, as a commit into it sees it. */
export interface CommitTarget {
  readonly layer: ImageLayer;
  /** The base with all below it. */
  readonly disk: DiskImage;
  /** Bytes that are written together. */
  readonly blockSize: number;
  /** Virtual size that it needs. */
  readonly size: number;
}

/**
 * Looks at what lies at `depth` below an image.
 * @throws ImageError `invalid-argument` without such a layer, `unsupported` unless it is raw or qcow2
 *   in a file of its own, without encryption, an external data file or bitmaps.
 */
export function commitTarget(image: DiskImage, depth: number): CommitTarget {
  const layer = image.layers[depth];
  const disk = below(image, depth);
  if (depth < 1 || layer === undefined || disk === undefined) {
    throw new ImageError("invalid-argument", `${topOf(image).source.name} has no such base`, {
      file: topOf(image).source.name,
      expected: `1 to ${image.layers.length - 1}`,
      found: depth,
    });
  }
  const size = Math.max(layer.size, image.size);
  const isRaw = layer.format === "raw" || layer.format === "iso";
  if (isRaw && layer.facts.wrapping === undefined)
    return { layer, disk, blockSize: rawBlock, size };
  requireQcow2(layer);
  requirePlain(layer);
  return { layer, disk, blockSize: layer.blockSize, size };
}

/** @throws ImageError `unsupported` for a qcow2 that data cannot be written into in place. */
function requirePlain({ source, facts }: ImageLayer): void {
  const what =
    facts.encryption !== undefined
      ? "is encrypted"
      : facts.dataFile !== undefined
        ? "keeps its data in an external file"
        : facts.bitmaps.length > 0
          ? "has bitmaps, which would no longer tell what was written"
          : undefined;
  if (what === undefined) return;
  throw new ImageError("unsupported", `${source.name} ${what}: it cannot be written in place`, {
    file: source.name,
    hint:
      facts.bitmaps.length > 0 ? "Remove its bitmaps first." : "Convert the chain to a new image.",
  });
}

/** Blocks of the base, from `from` on, that do not read as the image above does. */
export function toCommit(
  image: DiskImage,
  { disk, blockSize }: CommitTarget,
  from: number,
  control?: Control,
): Generator<number, void, undefined> {
  const at = Math.min(image.size, from * blockSize);
  return differingClusters(image, disk, [{ at, end: image.size }], blockSize, control);
}

/** The base's disk once it is committed into: the image, and behind its end what the base has there. */
export function committedDisk(image: DiskImage, { disk, size }: CommitTarget): DiskImage {
  const layer: ImageLayer = {
    format: "raw",
    source: topOf(image).source,
    size,
    blockSize: 1,
    facts: { snapshots: [], bitmaps: [], details: [] },
    map(at, max) {
      const from = at < image.size ? image : disk;
      const reach = Math.min(max, from.size - at);
      if (reach <= 0) return { kind: "zero", length: max };
      for (const { run } of from.extents(at, reach))
        return run.kind === "unallocated" ? { kind: "zero", length: run.length } : run;
      return { kind: "zero", length: max };
    },
    close: () => undefined,
  };
  return stackLayers([layer]);
}

/** The snapshots of the image, and of what lies between it and the base, that a commit would change. */
export function snapshotsChangedByCommit(
  request: OpenRequest,
  image: DiskImage,
  depth: number,
  control?: Control,
): ChangedSnapshot[] {
  const target = commitTarget(image, depth);
  const committed = topOf(committedDisk(image, target));
  return image.layers.slice(0, depth).flatMap((layer, above) => {
    const after = stackLayers([...image.layers.slice(above + 1, depth), committed]);
    const path = layer.source.name;
    const own = { ...request, path, format: formatById(layer.format).id };
    return changedSnapshots(own, layer, below(image, above + 1), after, control);
  });
}
