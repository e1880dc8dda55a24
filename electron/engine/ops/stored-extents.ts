import type { DiskImage, Extent } from "../image/disk-image";
import type { Run } from "../image/layer";
import type { ByteSource, HostRun } from "../io/source";

/** An extent that is stored: data or encoded data. */
export interface StoredExtent extends Extent {
  readonly run: Extract<Run, { kind: "data" | "encoded" }>;
}

/**
 * What is stored of [from, size), in order: the data and encoded extents, data without those parts
 * for which the host stores nothing (clusters that were preallocated and never written).
 * @throws ImageError as `DiskImage.extents`.
 */
export function* storedExtents(
  image: DiskImage,
  from = 0,
): Generator<StoredExtent, void, undefined> {
  const finders = new Map<ByteSource, HoleFinder>();
  for (const extent of image.extents(from, image.size - from)) {
    const { at, depth, run } = extent;
    if (run.kind === "encoded") yield { at, depth, run };
    if (run.kind !== "data") continue;
    let findHole = finders.get(run.source);
    if (findHole === undefined) finders.set(run.source, (findHole = createHoleFinder(run.source)));
    for (let done = 0; done < run.length;) {
      const { length, hole } = findHole(run.at + done, run.length - done);
      if (!hole) yield { at: at + done, depth, run: { ...run, at: run.at + done, length } };
      done += length;
    }
  }
}

type HoleFinder = (at: number, max: number) => HostRun;

/**
 * `hostRun` of a source, which remembers the last stored run: an image whose clusters lie close
 * together then costs few questions to the host.
 */
function createHoleFinder(source: ByteSource): HoleFinder {
  let storedFrom = 0;
  let storedTo = 0;
  return (at, max) => {
    if (at < storedFrom || at >= storedTo) {
      // What the file does not have must be missed when it is read, not taken for a hole.
      const run = at < source.size ? source.hostRun?.(at, source.size - at) : undefined;
      if (run?.hole) return { length: Math.min(max, run.length), hole: true };
      storedFrom = at;
      storedTo = run === undefined ? Infinity : at + run.length;
    }
    return { length: Math.min(max, storedTo - at), hole: false };
  };
}
