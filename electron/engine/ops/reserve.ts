import { partSize, type Placement } from "../image/writer";
import type { Control } from "./control";

/**
 * How far ahead the space for slots is asked for; what is not used of it goes back when the file
 * gets its length.
 */
const AHEAD = 128 * 1024 * 1024;

/** The same while it is not known yet how much will be written. */
const AHEAD_OF_PLAN = 16 * 1024 * 1024;

/** A shorter write takes no longer than asking for its space. */
const WORTH_ASKING = 64 * 1024;

/** In place of the reserved bytes when the host has refused. */
const GIVEN_UP = 2n ** 62n;

/** Reserves the target's space before it is written to; the threads of a conversion share it. */
export interface Reserver {
  readonly buffer: SharedArrayBuffer;
  /** To be called before bytes [at, at + length) of the target are written. */
  before(at: number, length: number): void;
}

/**
 * Asks the host for space ahead of the writes: a file system that has to find it page by page takes
 * a fifth longer. Nothing depends on it; where the host refuses it is given up, and the write then
 * tells what is wrong.
 * @param allocate ByteTarget.allocate.
 * @param shared The buffer of another reserver for the same target.
 */
export function createReserver(
  placement: Placement,
  control: Control,
  allocate: (at: number, length: number) => void,
  shared?: SharedArrayBuffer,
): Reserver {
  const buffer = shared ?? new SharedArrayBuffer(8);
  if (shared === undefined) resetReserved(buffer, placement);
  /** Host bytes up to which space was asked for. */
  const reserved = new BigInt64Array(buffer);
  const keepsHoles =
    placement.kind === "linear" ||
    placement.blockSize > partSize ||
    (placement.kind === "slots" && (placement.holeSize !== undefined || placement.fixed === true));

  function ask(at: number, length: number): void {
    try {
      allocate(at, length);
    } catch {
      Atomics.store(reserved, 0, GIVEN_UP);
    }
  }
  function before(at: number, length: number): void {
    const from = Atomics.load(reserved, 0);
    const end = at + length;
    if (from >= BigInt(end)) return;
    if (keepsHoles) {
      // Between the data there are holes, which must stay.
      if (length >= WORTH_ASKING) ask(at, length);
      return;
    }
    const { total } = control;
    const left = total === 0 ? AHEAD_OF_PLAN : Math.max(0, total - control.done);
    const to = end + Math.min(AHEAD, left);
    const mine = Atomics.compareExchange(reserved, 0, from, BigInt(to)) === from;
    if (mine) ask(Number(from), to - Number(from));
  }

  return { buffer, before };
}

/** Makes a reserver's buffer that of a file of which nothing is reserved yet. */
export function resetReserved(buffer: SharedArrayBuffer, placement: Placement): void {
  // What lies in front of the slots is written last, and may keep holes.
  const from = placement.kind === "slots" ? placement.firstSlotAt : 0;
  Atomics.store(new BigInt64Array(buffer), 0, BigInt(from));
}
