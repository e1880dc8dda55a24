import type { ChangeConsequences } from "../../../../shared/model/change";
import { isZero } from "../../formats/qcow2/change/store-clusters";
import type { DiskImage } from "../../image/disk-image";
import type { OpenRequest } from "../../image/open-image";
import type { Control } from "../control";
import { openChangeable, topOf } from "./chain";
import { readPadded } from "./differing-clusters";
import { openForChange } from "./open-for-change";
import { storeInTurns, weigh } from "./store-in-turns";

/**
 * Gives back the clusters of a qcow2 image that store nothing but zeros: they become zero clusters, or
 * clusters without a place where no backing file lies below. Version 2 has no zero clusters: above a
 * backing file it keeps what it has. What is shared with a snapshot stays in the file.
 *
 * What the guest reads stays the same at every moment, so it is done in as many changes as it takes.
 * @throws ImageError as `openForEdit`, `cancelled`, and as reading and writing do.
 */
export function punchZeros(request: OpenRequest, control?: Control): void {
  const clusterSize = withImage(request, (image) => {
    control?.setTotal(image.size);
    return topOf(image).blockSize;
  });
  openForChange(request.path, (file) =>
    storeInTurns(file, clusterSize, (from, store) =>
      withImage(request, (image) => store(zeroClusters(image, from, control), image, image)),
    ),
  );
}

/** What `punchZeros` would do: `zeroed` is the guest bytes that lose their place. @throws ImageError as it. */
export function punchConsequences(request: OpenRequest, control?: Control): ChangeConsequences {
  return withImage(request, (image) => {
    const layer = topOf(image);
    return {
      writesTo: request.path,
      ...weigh(layer, image, zeroClusters(image, 0, control), layer.blockSize),
      changedSnapshots: [],
      dependents: [],
      dependentsComplete: true,
      outdated: [],
      keptSnapshots: layer.facts.snapshots.length,
      undo: "not-needed",
    };
  });
}

function withImage<T>(request: OpenRequest, work: (image: DiskImage) => T): T {
  const image = openChangeable(request);
  try {
    return work(image);
  } finally {
    image.close();
  }
}

/** The clusters from `from` on that have a place in the image, and that read as zeros from end to end. */
function* zeroClusters(
  image: DiskImage,
  from: number,
  control: Control | undefined,
): Generator<number, void, undefined> {
  const layer = topOf(image);
  const { blockSize, facts, parent } = layer;
  if (facts.version === "2" && parent !== undefined) return;
  const bytes = new Uint8Array(blockSize);
  let last = -1;
  for (let at = from * blockSize; at < image.size;) {
    control?.throwIfCancelled();
    const run = layer.map(at, image.size - at);
    const { kind, length } = run;
    const end = at + length;
    if (kind === "data" || kind === "encoded" || (kind === "zero" && run.at !== undefined)) {
      const first = Math.max(last + 1, Math.floor(at / blockSize));
      for (let cluster = first; cluster * blockSize < end; cluster++) {
        control?.throwIfCancelled();
        readPadded(image, cluster * blockSize, bytes);
        last = cluster;
        if (isZero(bytes)) yield cluster;
      }
    }
    control?.addDone(length);
    at = end;
  }
}
