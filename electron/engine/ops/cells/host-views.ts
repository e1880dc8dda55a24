import type { MapClass, MapColouring } from "../../../../shared/model/map";
import { nextMarked } from "../../formats/qcow2/change/cluster-counts";
import {
  hostKind,
  readHostClusters,
  type HostClusters,
} from "../../formats/qcow2/check/host-clusters";
import { stackLayers, type Extent } from "../../image/disk-image";
import type { ImageLayer } from "../../image/layer";
import type { Walk } from "./guest-stretches";
import { keepPerFile, type PerFile } from "./per-file";
import { sharingClasses, sharingOf } from "./sharing";
import type { MapView } from "./views";

/** What the clusters of a qcow2 file are: to tell it takes reading all its tables. */
export type HostCache = PerFile<HostClusters>;

export const createHostCache = (): HostCache =>
  keepPerFile(1, ({ source }, tick) => readHostClusters(source, tick));

/** In the order of `hostKind`. */
const clusterKinds: readonly MapClass[] = [
  "unused",
  "snapshots",
  "zero",
  "compressed",
  "data",
  "metadata",
  "leaked",
];

/** As `sharingClasses`, and what is no guest data behind them. */
const clusterSharing: readonly MapClass[] = [
  "unused",
  ...sharingClasses.slice(1),
  "metadata",
  "leaked",
];

/** A format whose tables are not told apart: what holds no guest data is the rest. */
const restKinds = ["rest", "zero", "data", "compressed"] as const satisfies readonly MapClass[];

/** The file of an image's own layer; `by` is "kind" or, for qcow2, "sharing". */
export function hostView(layer: ImageLayer, by: MapColouring, cache: HostCache): MapView {
  const { size } = layer.source;
  if (layer.format !== "qcow2")
    return {
      size,
      classes: restKinds,
      walk: (_from, _to, walk, visit) =>
        walkStored(layer, walk, ({ at, length, classIndex }) => visit(at, length, classIndex)),
    };
  return {
    size,
    classes: by === "sharing" ? clusterSharing : clusterKinds,
    walk(from, to, { tick }, visit) {
      const clusters = cache(layer, tick);
      const { clusterSize, kinds, groups } = clusters;
      const classOf = by === "sharing" ? sharingClassOf(clusters) : (i: number) => kinds[i]!;
      const end = Math.min(kinds.length, Math.ceil(to / clusterSize));
      for (let i = Math.floor(from / clusterSize); i < end;) {
        const first = i;
        const hole = Math.min(end, nextMarked(groups, i));
        const found = hole > i ? hostKind.unused : classOf(i);
        if (hole > i) i = hole;
        else while (i < end && classOf(i) === found) i++;
        visit(first * clusterSize, (i - first) * clusterSize, found);
      }
    },
  };
}

function sharingClassOf({ kinds, active, snapshots }: HostClusters): (cluster: number) => number {
  const [metadata, leaked] = [clusterSharing.length - 2, clusterSharing.length - 1];
  return (i) => {
    if (kinds[i] === hostKind.metadata) return metadata;
    if (kinds[i] === hostKind.leaked) return leaked;
    return sharingOf(active[i] === 1, snapshots[i]!);
  };
}

/** What lies in a layer's own file, and where the guest has it. */
interface Stored {
  /** Byte offset in the file. */
  readonly at: number;
  readonly length: number;
  /** In `restKinds`. */
  readonly classIndex: number;
  readonly guestAt: number;
}

/** Tells all that a layer has in its own file, in the order of the guest's bytes. */
export function walkStored(
  layer: ImageLayer,
  { tick }: Pick<Walk, "tick">,
  visit: (stored: Stored) => void,
): void {
  layer.requireReadable?.();
  let untilTick = 1024;
  for (const extent of stackLayers([layer]).extents()) {
    const stored = storedIn(layer, extent);
    if (stored) visit(stored);
    if (--untilTick > 0) continue;
    untilTick = 1024;
    tick();
  }
}

function storedIn({ source }: ImageLayer, { at: guestAt, run }: Extent): Stored | undefined {
  switch (run.kind) {
    case "unallocated":
      return undefined;
    case "zero":
      return run.at === undefined
        ? undefined
        : { at: run.at, length: run.length, classIndex: 1, guestAt };
    case "data":
      return run.source === source
        ? { at: run.at, length: run.length, classIndex: 2, guestAt }
        : undefined;
    case "encoded":
      return { at: run.at, length: run.stored, classIndex: 3, guestAt };
  }
}
