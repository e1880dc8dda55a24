import type { DiskImage, Extent } from "../image/disk-image";
import type { Run } from "../image/layer";
import type { ByteSource, HostRun } from "../io/source";

/** An extent that is stored: data or encoded data. */
export interface StoredExtent extends Extent {
  readonly run: Extract<Run, { kind: "data" | "encoded" }>;
}

/**
 * What is stored of [from, to), in order: the data and encoded extents, data without those parts
 * for which the host stores nothing (clusters that were preallocated and never written).
 * @param asks Whether to ask the host about the bytes of a source; by default of every one.
 * @throws ImageError as `DiskImage.extents`.
 */
export function* storedExtents(
  image: DiskImage,
  from = 0,
  to = image.size,
  asks: (source: ByteSource) => boolean = () => true,
): Generator<StoredExtent, void, undefined> {
  for (const extent of image.extents(from, to - from)) {
    const { at, depth, run } = extent;
    if (run.kind === "encoded") yield { at, depth, run };
    if (run.kind !== "data") continue;
    if (!asks(run.source)) {
      yield { at, depth, run };
      continue;
    }
    for (let done = 0; done < run.length;) {
      const { length, hole } = hostRunAt(run.source, run.at + done, run.length - done);
      // Mostly it is the whole of it, and a copy costs as much as all else here.
      if (!hole && length === run.length) yield { at, depth, run };
      else if (!hole) yield { at: at + done, depth, run: { ...run, at: run.at + done, length } };
      done += length;
    }
  }
}

/** What the host stores from byte `at` of a source on, at most `max` bytes of one kind. */
export function hostRunAt(source: ByteSource, at: number, max: number): HostRun {
  // What the file does not have must be missed when it is read, not taken for a hole.
  const run = at < source.size ? source.hostRun?.(at, max) : undefined;
  return run ?? { length: max, hole: false };
}
