import type { ChangeConsequences } from "../../../../shared/model/change";
import { ImageError } from "../../errors";
import { rebaseUnsafe } from "../../formats/qcow2/change/amend";
import { createGate } from "../../image/gate";
import type { DiskImage } from "../../image/disk-image";
import type { ParentRef } from "../../image/layer";
import { openImage, requireWhole, type OpenRequest } from "../../image/open-image";
import { formatById } from "../../formats/registry";
import type { Control } from "../control";
import {
  below,
  changedSnapshots,
  declaredFormat,
  leftToBase,
  openChangeable,
  refuseChangedSnapshots,
  topOf,
} from "./chain";
import { differingClusters } from "./differing-clusters";
import { openForChange } from "./open-for-change";
import { storeInTurns, weigh, type StoreSome } from "./store-in-turns";

/** How an image is put on another base. */
export interface Rebase {
  /** As it is written into the image, seen from its own folder; without one the image stands alone then. */
  readonly base?: ParentRef | undefined;
  /** Go on although internal snapshots would read otherwise. */
  readonly force?: boolean;
  readonly control?: Control | undefined;
}

/**
 * Puts a qcow2 image on another base, or on none (flattened in place), and leaves its disk as it is:
 * where the old base and the new one differ below clusters that the image does not hold, these are
 * copied into the image first, zeros as zero clusters.
 *
 * The copying changes nothing that the guest reads, so it is done in as many changes as it takes;
 * each leaves a whole image on its old base. Only when all of them are on the disk does one write
 * switch the base's name. A failure or cancel on the way leaves the image on its old base, longer.
 * Snapshots hold what they held: those that leave clusters to the base are looked at beforehand.
 * @throws ImageError `would-change-snapshots`, `cycle` when the new base stands on the image,
 *   `unsupported`, `cancelled`, and as opening, reading and writing do.
 */
export function rebaseImage(request: OpenRequest, { base, force = false, control }: Rebase): void {
  const { reference, clusterSize, bytesLeft } = withBase(request, base, (image, after, named) => {
    if (!force) refuseChangedSnapshots(snapshotsChangedBy(request, image, after, control));
    const layer = topOf(image);
    let left = 0;
    for (const { at, end } of leftToBase(layer)) left += end - at;
    return { reference: named, clusterSize: layer.blockSize, bytesLeft: left };
  });
  openForChange(request.path, (file) => {
    control?.setTotal(bytesLeft);
    const storeNext = (from: number, store: StoreSome) =>
      withBase(request, base, (image, after) => {
        const chains = after === undefined ? [image] : [image, after];
        return store(toCopy(image, after, from, control), image, ...chains);
      });
    storeInTurns(file, clusterSize, storeNext, { hides: base !== undefined });
    control?.throwIfCancelled();
    rebaseUnsafe(file, reference);
  });
}

/** What `rebaseImage` would do. @throws ImageError as `rebaseImage`, but for snapshots. */
export function rebaseConsequences(
  request: OpenRequest,
  { base, control }: Omit<Rebase, "force">,
): ChangeConsequences {
  return withBase(request, base, (image, after) => {
    const layer = topOf(image);
    const numbers = toCopy(image, after, 0, control);
    return {
      writesTo: request.path,
      ...weigh(layer, image, numbers, layer.blockSize, base !== undefined),
      changedSnapshots: snapshotsChangedBy(request, image, after, control),
      dependents: [],
      dependentsComplete: true,
      outdated: [],
      keptSnapshots: 0,
      undo: "rebase",
    };
  });
}

function snapshotsChangedBy(
  request: OpenRequest,
  image: DiskImage,
  after: DiskImage | undefined,
  control: Control | undefined,
) {
  return changedSnapshots(request, topOf(image), below(image), after, control);
}

/** The clusters from `from` on that the image has to hold itself before it stands on `after`. */
function toCopy(
  image: DiskImage,
  after: DiskImage | undefined,
  from: number,
  control: Control | undefined,
): Iterable<number> {
  const layer = topOf(image);
  const at = from * layer.blockSize;
  return differingClusters(below(image), after, leftToBase(layer, at), layer.blockSize, control);
}

/** Opens the image and its new base, each with its chain, and closes both. */
function withBase<T>(
  request: OpenRequest,
  base: ParentRef | undefined,
  work: (image: DiskImage, after: DiskImage | undefined, named: ParentRef | undefined) => T,
): T {
  const image = openChangeable(request);
  try {
    if (base === undefined) return work(image, undefined, undefined);
    const after = openBase(request, base);
    try {
      requireWhole(after);
      refuseCycle(image, after);
      const format = base.format ?? declaredFormat(topOf(after));
      return work(image, after, { name: base.name, format });
    } finally {
      after.close();
    }
  } finally {
    image.close();
  }
}

/** The base itself is given by who asks, who may open it; what it names goes through the gate. */
function openBase(request: OpenRequest, { name, format }: ParentRef): DiskImage {
  const { passphrase, grants } = request;
  const path = createGate("all").resolve({ role: "backing-file", name, from: request.path });
  return openImage({
    path,
    grants,
    ...(format !== undefined && { format: formatById(format).id }),
    ...(passphrase !== undefined && { passphrase }),
  });
}

function refuseCycle(image: DiskImage, after: DiskImage): void {
  const { identity, name } = topOf(image).source;
  if (!after.layers.some(({ source }) => source.identity === identity)) return;
  throw new ImageError("cycle", `The new base stands on ${name} itself`, {
    file: name,
    hint: "Choose a base that does not stand on this image.",
  });
}
