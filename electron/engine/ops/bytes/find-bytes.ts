import { ImageError } from "../../errors";
import type { Control } from "../control";
import { openSide, type Side, type SideRequest } from "./side";

/** Bytes that are looked through at once. */
const STEP = 1024 * 1024;

/** What to look for on one side of an image. Plain data: it crosses threads. */
export interface FindRequest extends SideRequest {
  /** The first byte at which a match may begin. */
  readonly from: number;
  /** At least one byte, at most 64 KiB. */
  readonly needle: Uint8Array;
}

/**
 * The first offset from `from` on at which the bytes are found, or undefined. What is not stored reads
 * as zeros, and is not read for it. `control` counts the bytes from `from` on that are done with.
 * @throws ImageError as `openImage` and `DiskImage.read`, `cancelled`, `invalid-argument`.
 */
export function findBytes(request: FindRequest, control: Control): number | undefined {
  const { from, needle } = request;
  if (needle.length === 0 || needle.length > 65_536)
    throw new ImageError("invalid-argument", `${needle.length} bytes cannot be looked for`);
  const side = openSide(request);
  try {
    return from < side.size ? search(side, from, needle, control) : undefined;
  } finally {
    side.close();
  }
}

function search(
  side: Side,
  from: number,
  needle: Uint8Array,
  control: Control,
): number | undefined {
  const { size } = side;
  const { length } = needle;
  const zeros = needle.every((byte) => byte === 0);
  const buffer = Buffer.alloc(STEP);
  control.setTotal(size - from);

  /** The first match that begins in [first, end). */
  function scan(first: number, end: number): number | undefined {
    const last = Math.min(end, size - length + 1);
    for (let at = first; at < last; at += STEP - length + 1) {
      control.throwIfCancelled();
      const part = buffer.subarray(0, Math.min(STEP, last - at + length - 1));
      side.read(at, part);
      const found = part.indexOf(needle);
      if (found >= 0) return at + found;
      control.addDone(Math.max(0, at + part.length - from - control.done));
    }
    return undefined;
  }

  /** Matches that begin before this are ruled out. */
  let next = from;
  for (const { at, length: stored } of side.stored(from)) {
    control.throwIfCancelled();
    if (zeros && at - next >= length) return next;
    // A match may begin in the zeros before what is stored, and end in those behind it.
    const found = scan(Math.max(next, at - length + 1), at + stored);
    if (found !== undefined) return found;
    next = at + stored;
    control.addDone(Math.max(0, next - from - control.done));
  }
  return zeros && size - next >= length ? next : undefined;
}
