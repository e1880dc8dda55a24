import type {
  MapClass,
  MapColouring,
  MapOrder,
  MapUnavailable,
} from "../../../../shared/model/map";
import { ImageError } from "../../errors";
import { readDiskStates } from "../../formats/qcow2/disk-states";
import type { DiskImage } from "../../image/disk-image";
import {
  guestKinds,
  layerClasses,
  layerClassOf,
  walkGuest,
  type Visit,
  type Walk,
} from "./guest-stretches";
import { hostView, type HostCache } from "./host-views";
import { sharingClasses, walkSharing } from "./sharing";

/** One way to look at an image: what its bytes are told apart by, in one order. */
export interface MapView {
  /** Bytes of the disk or of the file. */
  readonly size: number;
  /** The first stands for what nothing is told of. */
  readonly classes: readonly MapClass[];
  /**
   * Tells the stretches of [from, to), in any order; those outside it may be told, too.
   * @throws ImageError when the tables cannot be read, `cancelled`.
   */
  walk(from: number, to: number, walk: Walk, visit: Visit): void;
}

/** Bytes of a cell at least, where a format keeps nothing together: what host file systems do. */
const smallestUnit = 4096;

/** Snapshots that are held against one another. */
const mostSnapshots = 512;

/** What the image keeps together, in bytes; no cell need be smaller. */
export const unitOf = ({ layers }: DiskImage): number =>
  layers[0] === undefined || layers[0].blockSize < 512 ? smallestUnit : layers[0].blockSize;

/** Which ways to look at an image tell nothing of it, and why. */
export function unavailableViews(image: DiskImage, order: MapOrder): MapUnavailable {
  const [top] = image.layers;
  if (top === undefined) return {};
  const { otherFiles = [], preallocated, blockSize, facts, lostSnapshots } = top;
  const { length: snapshots } = top.format === "qcow2" ? facts.snapshots : [];
  const host =
    otherFiles.length > 0
      ? "other-files"
      : preallocated === true || blockSize === 1
        ? "same-order"
        : undefined;
  const alone = image.layers.length === 1 && image.broken === undefined;
  const layer = alone ? "one-file" : order === "host" ? "host-order" : undefined;
  const sharing = lostSnapshots
    ? "lost-snapshots"
    : snapshots === 0
      ? "no-snapshots"
      : snapshots > mostSnapshots
        ? "too-many"
        : undefined;
  return { ...(host && { host }), ...(layer && { layer }), ...(sharing && { sharing }) };
}

/**
 * The image looked at in one way.
 * @throws ImageError `invalid-argument` when that tells nothing of it, and what reading its tables comes to.
 */
export function viewOf(
  image: DiskImage,
  order: MapOrder,
  by: MapColouring,
  host: HostCache,
): MapView {
  const unavailable = unavailableViews(image, order);
  const why = (order === "host" && unavailable.host) || (by !== "kind" && unavailable[by]);
  const [top] = image.layers;
  if (why || top === undefined)
    throw new ImageError("invalid-argument", `There is no such map of this image: ${String(why)}`);
  if (order === "host") return hostView(top, by, host);
  const { size } = image;
  switch (by) {
    case "kind":
      return {
        size,
        classes: guestKinds,
        walk: (from, to, walk, visit) =>
          walkGuest(image, from, to, walk, ({ at }, length, kind) => visit(at, length, kind)),
      };
    case "layer":
      return {
        size,
        classes: layerClasses(image),
        walk: (from, to, walk, visit) =>
          walkGuest(image, from, to, walk, ({ at, depth }, length, kind) =>
            visit(at, length, layerClassOf(kind, depth)),
          ),
      };
    case "sharing": {
      const disk = readDiskStates(top.source);
      return {
        size,
        classes: sharingClasses,
        walk: (from, to, { tick }, visit) => walkSharing(disk, from, to, tick, visit),
      };
    }
  }
}
