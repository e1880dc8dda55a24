import type { DiskImage } from "../../image/disk-image";
import type { Run } from "../../image/layer";
import type { Control } from "../control";
import { createCopyBuffer, STEP } from "../copy-buffer";

/** A stretch of guest bytes; both in bytes. */
export interface Range {
  readonly at: number;
  readonly end: number;
}

/** Counts what was looked at and stops when asked to; absent parts need not. */
export type Watch = Pick<Control, "addDone" | "throwIfCancelled">;

/**
 * Numbers of the clusters, each once and ascending, in which two disks differ inside one of `ranges`.
 * Past its end a disk reads as zeros; undefined is a disk of zeros. What lies at the same place of
 * the same file is not read.
 * @param ranges In order and apart.
 * @throws ImageError as reading does, `cancelled`.
 */
export function* differingClusters(
  first: DiskImage | undefined,
  second: DiskImage | undefined,
  ranges: Iterable<Range>,
  clusterSize: number,
  watch?: Watch,
): Generator<number, void, undefined> {
  const left = createCopyBuffer().bytes;
  const right = createCopyBuffer().bytes;
  let last = -1;
  for (const { at, end } of ranges) {
    for (const piece of unlikePieces(first, second, at, end, watch)) {
      for (let from = piece.at; from < piece.end; from += STEP) {
        const to = Math.min(piece.end, from + STEP);
        watch?.addDone(to - from);
        if (to <= (last + 1) * clusterSize) continue;
        watch?.throwIfCancelled();
        const a = readPadded(first, from, left.subarray(0, to - from));
        const b = readPadded(second, from, right.subarray(0, to - from));
        const begin = Math.max(last + 1, Math.floor(from / clusterSize));
        for (let cluster = begin; cluster * clusterSize < to; cluster++) {
          const start = Math.max(0, cluster * clusterSize - from);
          const stop = Math.min(to - from, (cluster + 1) * clusterSize - from);
          if (a.compare(b, start, stop, start, stop) === 0) continue;
          last = cluster;
          yield cluster;
        }
      }
    }
  }
}

/** Fills `into` with a disk's bytes, and with zeros where it has none. */
export function readPadded<Bytes extends Uint8Array>(
  disk: Pick<DiskImage, "size" | "read"> | undefined,
  at: number,
  into: Bytes,
): Bytes {
  const there = Math.max(0, Math.min(into.length, (disk?.size ?? 0) - at));
  if (there > 0) disk?.read(at, into.subarray(0, there));
  into.fill(0, there);
  return into;
}

/** A stretch that a disk answers in one way; without a run it is zeros. */
interface Piece extends Range {
  readonly run?: Extract<Run, { kind: "data" | "encoded" }>;
}

/** What of [from, to) is not known to be alike without reading it; counts what is. */
function* unlikePieces(
  first: DiskImage | undefined,
  second: DiskImage | undefined,
  from: number,
  to: number,
  watch: Watch | undefined,
): Generator<Range, void, undefined> {
  const firsts = pieces(first, from, to);
  const seconds = pieces(second, from, to);
  let a = firsts.next();
  let b = seconds.next();
  for (let at = from; !a.done && !b.done;) {
    const end = Math.min(a.value.end, b.value.end);
    if (isSame(a.value, b.value)) watch?.addDone(end - at);
    else yield { at, end };
    at = end;
    if (a.value.end === end) a = firsts.next();
    if (b.value.end === end) b = seconds.next();
  }
}

function* pieces(
  disk: DiskImage | undefined,
  from: number,
  to: number,
): Generator<Piece, void, undefined> {
  const there = Math.max(from, Math.min(to, disk?.size ?? 0));
  if (disk !== undefined && there > from)
    for (const { at, run } of disk.extents(from, there - from)) {
      const stored = run.kind === "data" || run.kind === "encoded";
      yield { at, end: at + run.length, ...(stored && { run }) };
    }
  if (there < to) yield { at: there, end: to };
}

/** Whether both lie at one place of one file, or are zeros. */
function isSame(a: Piece, b: Piece): boolean {
  if (a.run === undefined || b.run === undefined) return a.run === b.run;
  if (a.run.kind !== "data" || b.run.kind !== "data") return false;
  const [one, other] = [a.run.source, b.run.source];
  if (one.identity === undefined || one.identity !== other.identity) return false;
  if (one.derived || other.derived || one.file === undefined || other.file === undefined)
    return false;
  return one.file.base + a.run.at - a.at === other.file.base + b.run.at - b.at;
}
