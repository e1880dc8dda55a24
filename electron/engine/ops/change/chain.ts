import type { ChangedSnapshot } from "../../../../shared/model/change";
import { ImageError } from "../../errors";
import { stackLayers, type DiskImage } from "../../image/disk-image";
import type { ImageLayer } from "../../image/layer";
import { openImage, openTopLayer, requireWhole, type OpenRequest } from "../../image/open-image";
import type { Control } from "../control";
import { differingClusters, type Range } from "./differing-clusters";

/**
 * Opens the chain of an image that is to be changed. The caller closes it.
 * @throws ImageError as `openImage` and `requireWhole`, `unsupported` unless it is a qcow2 file of its own,
 *   and why its snapshots or bitmaps cannot all be read.
 */
export function openChangeable(request: OpenRequest): DiskImage {
  const image = openImage(request);
  try {
    requireWhole(image);
    const top = topOf(image);
    requireQcow2(top);
    const lost = top.lostSnapshots ?? top.lostBitmaps;
    if (lost) throw lost;
    return image;
  } catch (error) {
    image.close();
    throw error;
  }
}

/** The image's own layer. */
export function topOf({ layers: [layer] }: DiskImage): ImageLayer {
  if (layer === undefined) throw new Error("Every disk has a layer.");
  return layer;
}

/** @throws ImageError `unsupported` unless the layer is a qcow2 file that is wrapped in nothing. */
export function requireQcow2({ format, source, facts }: ImageLayer): void {
  if (format === "qcow2" && facts.wrapping === undefined) return;
  const file = source.name;
  throw new ImageError("unsupported", `${file} cannot be changed in place`, {
    file,
    expected: "a qcow2 image in a file of its own",
    found: facts.wrapping?.id ?? format,
    hint: "Convert it to qcow2 first.",
  });
}

/** The name that images know a layer's format by: they take a disc for a raw disk. */
export const declaredFormat = ({ format }: Pick<ImageLayer, "format">): string =>
  format === "iso" ? "raw" : format;

/** The disk below the first layer; undefined when there is none. It is closed with its image. */
export function below({ layers }: DiskImage, depth = 1): DiskImage | undefined {
  return layers.length > depth ? stackLayers(layers.slice(depth)) : undefined;
}

/** What of its disk, from byte `from` on, a layer leaves to those below it. */
export function* leftToBase(layer: ImageLayer, from = 0): Generator<Range> {
  for (let at = from; at < layer.size;) {
    const { kind, length } = layer.map(at, layer.size - at);
    if (kind === "unallocated") yield { at, end: at + length };
    at += length;
  }
}

/**
 * The internal snapshots of an image that would read otherwise on another base.
 * @param before What lies below the image now, and `after` what then will; undefined is nothing.
 * @throws ImageError as reading does, `cancelled`.
 */
export function changedSnapshots(
  request: OpenRequest,
  layer: ImageLayer,
  before: DiskImage | undefined,
  after: DiskImage | undefined,
  control?: Control,
): ChangedSnapshot[] {
  const changed: ChangedSnapshot[] = [];
  const watch = control && {
    throwIfCancelled: () => control.throwIfCancelled(),
    addDone: () => undefined,
  };
  for (const [index, { id, name }] of layer.facts.snapshots.entries()) {
    const snapshot = openTopLayer({ ...request, snapshot: index });
    try {
      const left = leftToBase(snapshot);
      const differs = differingClusters(before, after, left, snapshot.blockSize, watch);
      if (differs.next().done !== true) changed.push({ path: request.path, index, id, name });
    } finally {
      snapshot.close();
    }
  }
  return changed;
}

/** @throws ImageError `would-change-snapshots` when there are any. */
export function refuseChangedSnapshots(changed: readonly ChangedSnapshot[]): void {
  const [first] = changed;
  if (first === undefined) return;
  const names = changed.map(({ id, name }) => (name === "" ? id : name));
  throw new ImageError(
    "would-change-snapshots",
    `Snapshots of ${first.path} would no longer read as they were taken: ${names.slice(0, 5).join(", ")}`,
    {
      file: first.path,
      found: changed.length,
      expected: "snapshots that hold all that they need",
      hint: "Save these snapshots as images of their own first, or force the change.",
    },
  );
}
