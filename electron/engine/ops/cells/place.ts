import type { MapClass, MapPlace } from "../../../../shared/model/map";
import { ImageError } from "../../errors";
import { usesOfCluster } from "../../formats/qcow2/check/host-clusters";
import { readDiskStates } from "../../formats/qcow2/disk-states";
import { stackLayers, type DiskImage, type Extent } from "../../image/disk-image";
import { guestKinds, walkGuest, type Walk } from "./guest-stretches";
import { hostView, walkStored, type HostCache } from "./host-views";
import { snapshotsAt } from "./sharing";
import { cellRow, createTally } from "./tally";
import { unavailableViews, type MapView } from "./views";

/** The bytes of one cell. */
interface Cell {
  readonly at: number;
  readonly length: number;
}

interface Looked {
  readonly image: DiskImage;
  readonly view: MapView;
  readonly walk: Walk;
  readonly host: HostCache;
}

/** What a cell shows, and where the first such stretch in it is. */
interface Shown {
  readonly at: number;
  readonly length: number;
  readonly class: MapClass;
  readonly shares: MapPlace["shares"];
}

function shownIn(view: MapView, walk: Walk, cell: Cell): Shown {
  const row = cellRow(cell.at, cell.length, 1, view.size);
  if (row.count === 0)
    throw new ImageError("invalid-argument", `Byte ${cell.at} is not in the map`, {
      expected: `below ${view.size}`,
      found: cell.at,
    });
  const tally = createTally(row, view.classes);
  /** By class, its first stretch in the cell; what follows it at once is part of it. */
  const first: ({ at: number; end: number } | undefined)[] = [];
  view.walk(cell.at, row.end, walk, (at, length, classIndex) => {
    tally.add(at, length, classIndex);
    const from = Math.max(at, cell.at);
    const end = Math.min(at + length, row.end);
    if (end <= from) return;
    const known = first[classIndex];
    if (known === undefined || from < known.at) first[classIndex] = { at: from, end };
    else if (from === known.end) known.end = end;
  });
  tally.fillUp();
  const { shown, totals } = tally.result();
  const index = shown[0] ?? 0;
  const { at, end } = first[index] ?? { at: cell.at, end: row.end };
  return {
    at,
    length: end - at,
    class: view.classes[index] ?? "unallocated",
    shares: view.classes.flatMap((name, i) =>
      (totals[i] ?? 0) > 0 ? { class: name, bytes: totals[i]! } : [],
    ),
  };
}

/** Describes a cell of the disk as the guest counts it. @throws ImageError as `MapView.walk`. */
export function describeGuest({ image, view, walk }: Looked, cell: Cell): MapPlace {
  const shown = shownIn(view, walk, cell);
  const extent = extentAt(image, shown.at);
  let kind: MapClass = "unreadable";
  walkGuest(
    image,
    shown.at,
    Math.min(image.size, shown.at + walk.step),
    walk,
    ({ at }, _, found) => {
      if (at === shown.at) kind = guestKinds[found] ?? kind;
    },
  );
  return {
    ...shown,
    length: extent?.run.length ?? shown.length,
    kind,
    guestAt: shown.at,
    ...(extent && ownerOf(image, extent, kind)),
    snapshots: snapshotNames(image, shown.at),
  };
}

/** The extent that begins at a guest byte; undefined where that cannot be read. */
function extentAt({ layers, size }: DiskImage, at: number): Extent | undefined {
  try {
    for (const extent of stackLayers(layers).extents(at, size - at)) return extent;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
  }
  return undefined;
}

function ownerOf(
  { layers }: DiskImage,
  { depth, run }: Extent,
  kind: MapClass,
): Pick<MapPlace, "owner" | "hostAt"> {
  const name = layers[depth]?.source.name;
  if (name === undefined || kind === "unallocated" || kind === "missing") return {};
  if (run.kind === "unallocated") return {};
  if (run.kind === "data") {
    const hidden = run.source.derived === true;
    return { owner: run.source.name, ...(!hidden && { hostAt: run.at }) };
  }
  return { owner: name, ...(run.at !== undefined && { hostAt: run.at }) };
}

function snapshotNames(image: DiskImage, guestAt: number): string[] {
  const [top] = image.layers;
  if (top === undefined || unavailableViews(image, "guest").sharing !== undefined) return [];
  try {
    return namesOf(image, snapshotsAt(readDiskStates(top.source), guestAt));
  } catch (error) {
    // Damage in a snapshot's tables keeps nothing else from being told.
    if (!(error instanceof ImageError)) throw error;
    return [];
  }
}

const namesOf = ({ layers }: DiskImage, indices: readonly number[]): string[] =>
  indices.flatMap((index) => layers[0]?.facts.snapshots[index]?.name ?? []);

/** Describes a cell of the image's own file. @throws ImageError as `MapView.walk`. */
export function describeHost({ image, view, walk, host }: Looked, cell: Cell): MapPlace {
  const shown = shownIn(view, walk, cell);
  const [top] = image.layers;
  if (top === undefined) return { ...shown, kind: shown.class, snapshots: [] };
  const place = { ...shown, owner: top.source.name, hostAt: shown.at };
  const kind = shownIn(hostView(top, "kind", host), walk, { at: shown.at, length: 1 }).class;
  if (top.format !== "qcow2") {
    let guestAt: number | undefined;
    walkStored(top, walk, (stored) => {
      const skipped = shown.at - stored.at;
      if (skipped < 0 || skipped >= stored.length) return;
      guestAt ??= stored.guestAt + (shown.class === "compressed" ? 0 : skipped);
    });
    return { ...place, kind, ...(guestAt !== undefined && { guestAt }), snapshots: [] };
  }
  const cluster = Math.floor(shown.at / top.blockSize);
  const { snapshots, ...found } =
    kind === "metadata" || kind === "leaked" || kind === "unused"
      ? { snapshots: [] }
      : usesOfCluster(top.source, cluster, walk.tick);
  return { ...place, kind, ...found, snapshots: namesOf(image, snapshots) };
}
