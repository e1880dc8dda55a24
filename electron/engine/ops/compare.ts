import { ImageError } from "../errors";
import type { DiskImage } from "../image/disk-image";
import type { Control } from "./control";
import { createCopyBuffer, STEP, type CopyBuffer } from "./copy-buffer";
import { lastRunOf } from "./last-run";
import { mapImage, type MapEntry } from "./map";

/** What a comparison found. */
export type CompareResult = {
  /** The two virtual sizes differ; alone that makes them different only when compared strictly. */
  readonly sizesDiffer: boolean;
} & (
  | { readonly identical: true }
  | {
      readonly identical: false;
      /**
       * "content": the sectors at `at` differ; "status": one stores what the other does not (strict
       * only); "size": the virtual sizes differ (strict only).
       */
      readonly reason: "content" | "status" | "size";
      /** Guest offset in bytes of the first difference; 0 for "size". */
      readonly at: number;
    }
);

/** How to compare. */
export interface CompareOptions {
  /** Sizes and allocation must agree too, as `qemu-img compare -s`. */
  readonly strict?: boolean;
  /** Counts the bytes compared, and cancels. */
  readonly control?: Control;
}

/** qemu-img tells differences by the sector. */
const SECTOR = 512;
/** Bytes of which nothing more is told when some of them cannot be read. */
const SMALLEST = 65536;

/**
 * Compares what two guests would see. What the longer disk has beyond the shorter must read as
 * zeros.
 * @throws ImageError when one of them cannot be read, `cancelled`.
 */
export function compareImages(
  a: DiskImage,
  b: DiskImage,
  { strict = false, control }: CompareOptions = {},
): CompareResult {
  const sizesDiffer = a.size !== b.size;
  if (strict && sizesDiffer) return { identical: false, sizesDiffer, reason: "size", at: 0 };
  control?.setTotal(Math.max(a.size, b.size));
  const reader = createReader(control);
  const [shorter, longer] = a.size < b.size ? [a, b] : [b, a];
  const difference =
    firstDifference(a, b, reader, strict) ?? firstDataPast(longer, shorter.size, reader);
  if (difference === undefined) return { identical: true, sizesDiffer };
  return { identical: false, sizesDiffer, ...difference };
}

type Difference = { readonly reason: "content" | "status"; readonly at: number } | undefined;

/** Compares what both disks have. */
function firstDifference(a: DiskImage, b: DiskImage, reader: Reader, strict: boolean): Difference {
  const ends = strict ? endsApart(a, b) : Infinity;
  for (const { at, length, first, second } of together(a, b)) {
    if (strict && !sameStatus(first, second)) return { reason: "status", at };
    const alike = Math.min(length, ends - at);
    const [one, other] = [first.zero ? undefined : a, second.zero ? undefined : b];
    const differs = alike > 0 ? reader(one, other, at, alike) : undefined;
    if (differs !== undefined) return { reason: "content", at: differs };
    if (alike < length) return { reason: "status", at: ends };
  }
  return undefined;
}

/**
 * Where one disk comes to the run that ends it and the other does not; Infinity when both do, and where that
 * cannot be known: whoever compares comes to what is damaged there.
 */
function endsApart(a: DiskImage, b: DiskImage): number {
  if (a.size === 0) return Infinity;
  try {
    const [first, second] = [lastRunOf(a), lastRunOf(b)];
    return first === second ? Infinity : Math.min(first, second);
  } catch (error) {
    if (error instanceof ImageError) return Infinity;
    throw error;
  }
}

/** Looks for anything but zeros from `at` on. */
function firstDataPast(image: DiskImage, at: number, reader: Reader): Difference {
  if (at === image.size) return undefined;
  for (const { start, length, zero } of mapImage(image, at)) {
    const differs = reader(zero ? undefined : image, undefined, start, length);
    if (differs !== undefined) return { reason: "content", at: differs };
  }
  return undefined;
}

/** Whether both are stored in the same way, as far as `qemu-img compare -s` looks at it. */
function sameStatus(a: MapEntry, b: MapEntry): boolean {
  const placed = (a.offset === undefined) === (b.offset === undefined);
  return placed && a.present === b.present && a.zero === b.zero && a.data === b.data;
}

/** A stretch in which neither of two disks changes its kind. */
export interface Stretch {
  readonly at: number;
  readonly length: number;
  readonly first: MapEntry;
  readonly second: MapEntry;
}

/** Walks what both disks have, gapless and in order. @throws ImageError as `mapImage`. */
export function* together(a: DiskImage, b: DiskImage): Generator<Stretch, void, undefined> {
  const end = Math.min(a.size, b.size);
  if (end === 0) return;
  const firsts = mapImage(a, 0, end);
  const seconds = mapImage(b, 0, end);
  let first = firsts.next();
  let second = seconds.next();
  let at = 0;
  while (!first.done && !second.done) {
    const firstEnd = first.value.start + first.value.length;
    const secondEnd = second.value.start + second.value.length;
    const to = Math.min(firstEnd, secondEnd);
    yield { at, length: to - at, first: first.value, second: second.value };
    at = to;
    if (firstEnd === to) first = firsts.next();
    if (secondEnd === to) second = seconds.next();
  }
}

/**
 * Gives the offset of the first sector of a range in which two disks differ; "undefined" is a disk
 * of zeros.
 */
type Reader = (
  a: DiskImage | undefined,
  b: DiskImage | undefined,
  at: number,
  length: number,
) => number | undefined;

function createReader(control: Control | undefined): Reader {
  const left = createCopyBuffer();
  const right = createCopyBuffer();

  function load(image: DiskImage | undefined, buffer: CopyBuffer, at: number, length: number) {
    if (image === undefined) return buffer.zeros;
    image.read(at, buffer.bytes.subarray(0, length));
    return buffer.bytes;
  }

  function firstIn(
    a: DiskImage | undefined,
    b: DiskImage | undefined,
    at: number,
    length: number,
  ): number | undefined {
    try {
      const differs = firstSector(load(a, left, at, length), load(b, right, at, length), length);
      return differs === undefined ? undefined : at + differs;
    } catch (error) {
      if (length <= SMALLEST) throw error;
      // What differs before a place that cannot be read is a difference all the same.
      const half = Math.ceil(length / 2 / SECTOR) * SECTOR;
      return firstIn(a, b, at, half) ?? firstIn(a, b, at + half, length - half);
    }
  }

  return (a, b, at, length) => {
    // Zeros on both sides are as long as they like.
    const most = a === undefined && b === undefined ? length : STEP;
    for (let done = 0; done < length; done += most) {
      control?.throwIfCancelled();
      const step = Math.min(most, length - done);
      if (most === STEP) {
        const differs = firstIn(a, b, at + done, step);
        if (differs !== undefined) return differs;
      }
      control?.addDone(step);
    }
    return undefined;
  };
}

/** Byte offset of the first sector in which the first `length` bytes differ. */
function firstSector(a: Buffer, b: Buffer, length: number): number | undefined {
  if (a.compare(b, 0, length, 0, length) === 0) return undefined;
  for (let at = 0; ; at += SECTOR) {
    const end = Math.min(at + SECTOR, length);
    if (a.compare(b, at, end, at, end) !== 0) return at;
  }
}
