import { ImageError } from "../../errors";
import { checkRange, type DiskImage, type Extent } from "../../image/disk-image";
import type { ByteSource } from "../../io/source";
import type { SalvagedRange } from "./salvage-log";

/** A stretch of which the image cannot even say where it lies. */
interface Lost {
  readonly at: number;
  readonly length: number;
  readonly lost: ImageError;
}

/** What can be told from its neighbours on a bad disk: a page of the host's cache. */
const LEAST = 4096;

/**
 * The disk of `image` with zeros for all that cannot be read: where a table is damaged, stored data
 * does not decode, the host refuses, or the file has ended. As little as possible is given up: a
 * block of the format, a page of the file. It closes the image.
 * @param tell Called for every stretch that became zeros, each time that it is read or asked for.
 * @param checkpoint Called between looks at the image. @throws to stop.
 */
export function salvageImage(
  image: DiskImage,
  tell: (range: SalvagedRange) => void,
  checkpoint: () => void,
): DiskImage {
  const { size } = image;
  const unit = image.layers.reduce((most, { blockSize }) => divisor(most, blockSize), 0);
  const block = Math.max(512, unit);

  /** The error that keeps a stretch from being salvaged is thrown on: it is no damage. */
  function damage(error: unknown): ImageError {
    if (!(error instanceof ImageError) || error === image.broken?.error) throw error;
    return error;
  }

  /** Why a stretch cannot be mapped; undefined when it can. */
  function objection(at: number, end: number): ImageError | undefined {
    checkpoint();
    try {
      for (const extent of image.extents(at, end - at)) if (extent.at >= end) break;
      return undefined;
    } catch (error) {
      return damage(error);
    }
  }

  /** The end of the longest stretch of whole blocks from `at` on that can be mapped. */
  function soundEnd(at: number, end: number): { sound: number; next: number; lost?: ImageError } {
    const edge = (from: number, blocks: number): number =>
      Math.min(end, (Math.floor(from / block) + blocks) * block);
    let sound = at;
    let lost: ImageError | undefined;
    let growing = true;
    // In doubling steps up to the damage, then in halving steps towards its first block.
    for (let step = 1; step >= 1 && sound < end;) {
      const to = edge(sound, step);
      const error = objection(sound, to);
      growing &&= error === undefined;
      if (error === undefined) sound = to;
      else lost = error;
      step = growing ? step * 2 : Math.floor(step / 2);
    }
    return { sound, next: edge(sound, 1), ...(lost && { lost }) };
  }

  function* stretches(from: number, end: number): Generator<Extent | Lost, void, undefined> {
    for (let at = from; at < end;) {
      try {
        for (const extent of image.extents(at, end - at)) {
          yield extent;
          at = extent.at + extent.run.length;
        }
      } catch (error) {
        damage(error);
        const { sound, next, lost } = soundEnd(at, end);
        if (sound > at) yield* image.extents(at, sound - at);
        if (lost) yield { at: sound, length: next - sound, lost };
        at = lost ? next : sound;
      }
    }
  }

  function* extents(at = 0, length = size - at): Generator<Extent> {
    checkRange(at, length, size);
    let held: Extent | undefined;
    for (const stretch of stretches(at, at + length)) {
      if ("lost" in stretch) {
        tell({ at: stretch.at, length: stretch.length, reason: stretch.lost.code });
        const before: number = held?.run.length ?? 0;
        const run = { kind: "zero", length: before + stretch.length } as const;
        held = { at: held?.at ?? stretch.at, depth: 0, run };
        continue;
      }
      if (held) yield held;
      held = undefined;
      yield stretch;
    }
    if (held) yield held;
  }

  function giveUp(at: number, part: Uint8Array, { code }: ImageError): void {
    part.fill(0);
    tell({ at, length: part.length, reason: code });
  }

  /** Reads data as far as it can be read, down to a page. */
  function readData(at: number, part: Uint8Array, source: ByteSource, sourceAt: number): void {
    const stored = Math.max(0, Math.min(part.length, source.size - sourceAt));
    if (stored < part.length) {
      giveUp(at + stored, part.subarray(stored), new ImageError("truncated", "the file has ended"));
    }
    if (stored > 0) readPages(at, part.subarray(0, stored));
  }

  function readPages(at: number, part: Uint8Array): void {
    checkpoint();
    try {
      image.read(at, part);
    } catch (error) {
      const found = damage(error);
      if (part.length <= LEAST) return giveUp(at, part, found);
      const half = Math.ceil(part.length / 2 / LEAST) * LEAST;
      readPages(at, part.subarray(0, half));
      readPages(at + half, part.subarray(half));
    }
  }

  function readStretch({ at, run }: Extent, part: Uint8Array): void {
    if (run.kind === "data") return readData(at, part, run.source, run.at);
    try {
      image.read(at, part);
    } catch (error) {
      giveUp(at, part, damage(error));
    }
  }

  return {
    ...image,
    read(at, into) {
      checkRange(at, into.length, size);
      try {
        image.read(at, into);
        return;
      } catch (error) {
        damage(error);
      }
      for (const stretch of stretches(at, at + into.length)) {
        const begin = stretch.at - at;
        if ("lost" in stretch)
          giveUp(stretch.at, into.subarray(begin, begin + stretch.length), stretch.lost);
        else readStretch(stretch, into.subarray(begin, begin + stretch.run.length));
      }
    },
    extents,
  };
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
