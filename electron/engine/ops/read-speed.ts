import type { SpeedPass, SpeedPattern, SpeedResult } from "../../../shared/model/read-speed";
import { createControl, type Control } from "./control";
import { openSide, type Side, type SideRequest } from "./bytes/side";
import { createCopyBuffer } from "./copy-buffer";

/** What is read, how, and for how long. Plain data: it crosses threads. */
export interface SpeedRequest extends SideRequest {
  readonly pattern: SpeedPattern;
  /** After so many seconds the first pass ends, however much it has read. */
  readonly seconds: number;
}

const SEQUENTIAL = { requestSize: 1024 * 1024, most: 1024 };
const RANDOM = { requestSize: 4096, most: 65_536 };

/** Shorter than this and the clock itself would matter: the second pass goes round until so many ms have passed. */
const LEAST = 250;

/** Requests between two looks at the clock of a random pass, which must not be slowed by it. */
const LOOK = 16;

/** What is read, and into what. */
type Reader = Pick<Side, "read"> & { readonly buffer: Uint8Array };

/** One request of a pass. */
interface Reach {
  readonly at: number;
  readonly length: number;
}

/**
 * Reads a disk, or a file as it lies there, and takes the time: at most 1 GiB in order by 1 MiB, or at
 * most 65,536 times 4 KiB at places drawn anew by a fixed rule. What a first pass could read in its
 * time is read once more, as often as it takes to be timed well, which tells what the system's cache is
 * worth. `control` counts the bytes of the first pass and of the first time round of the second.
 * @throws ImageError as `openImage` and `DiskImage.read`, `cancelled`.
 */
export function readSpeed(request: SpeedRequest, control: Control): SpeedResult {
  const side = openSide(request);
  try {
    const { size } = side;
    const reaches = reachesOf(size, request.pattern);
    const asked = bytesOf(reaches);
    control.setTotal(2 * asked);
    const reader = { read: side.read, buffer: createCopyBuffer().bytes };
    const first = timed(reader, reaches, control, request.seconds * 1000);
    const done = reaches.slice(0, first.requests);
    control.setTotal(2 * first.bytes);
    const again = timedAgain(reader, done, control);
    const { requestSize } = request.pattern === "random" ? RANDOM : SEQUENTIAL;
    return { size, requestSize, asked, first, again, unstored: unstoredIn(side, done, control) };
  } finally {
    side.close();
  }
}

function reachesOf(size: number, pattern: SpeedPattern): Reach[] {
  const { requestSize, most } = pattern === "random" ? RANDOM : SEQUENTIAL;
  const blocks = Math.ceil(size / requestSize);
  const count = Math.min(blocks, most);
  const place = pattern === "random" ? drawn(blocks) : (index: number): number => index;
  return Array.from({ length: count }, (_, index) => {
    const at = place(index) * requestSize;
    return { at, length: Math.min(requestSize, size - at) };
  });
}

/**
 * Block numbers below `blocks` that look random and are the same in every run, for any disk of that
 * size; none comes twice within `blocks` of them. (The full period of a linear congruential
 * generator modulo a power of two: c odd, a - 1 a multiple of 4; numbers past the end are skipped.)
 */
function drawn(blocks: number): () => number {
  const modulus = 2n ** BigInt(Math.max(2, Math.ceil(Math.log2(blocks))));
  let state = 12345n % modulus;
  return () => {
    do state = (state * 6364136223846793005n + 1442695040888963407n) % modulus;
    while (state >= BigInt(blocks));
    return Number(state);
  };
}

/** Reads one request after the other until all are done or `most` milliseconds have passed. */
function timed(side: Reader, reaches: readonly Reach[], control: Control, most: number): SpeedPass {
  const begun = performance.now();
  let bytes = 0;
  let told = 0;
  let requests = 0;
  for (const { at, length } of reaches) {
    if (length === SEQUENTIAL.requestSize || requests % LOOK === 0) {
      control.throwIfCancelled();
      control.addDone(bytes - told);
      told = bytes;
      if (performance.now() - begun >= most) break;
    }
    side.read(at, side.buffer.subarray(0, length));
    bytes += length;
    requests += 1;
  }
  const seconds = (performance.now() - begun) / 1000;
  control.addDone(bytes - told);
  return { bytes, requests, seconds };
}

/** Reads them all, however long it takes, and again until `LEAST` has passed. */
function timedAgain(side: Reader, reaches: readonly Reach[], control: Control): SpeedPass {
  let { bytes, requests, seconds } = timed(side, reaches, control, Infinity);
  const uncounted = createControl();
  while (requests > 0 && seconds * 1000 < LEAST) {
    control.throwIfCancelled();
    const round = timed(side, reaches, uncounted, Infinity);
    bytes += round.bytes;
    requests += round.requests;
    seconds += round.seconds;
  }
  return { bytes, requests, seconds };
}

/** How many of these bytes no file stores. Nothing is read for it but tables. */
function unstoredIn(side: Side, reaches: readonly Reach[], control: Control): number {
  let stored = 0;
  for (const { at, length } of reaches) {
    control.throwIfCancelled();
    for (const part of side.stored(at, at + length)) stored += part.length;
  }
  return bytesOf(reaches) - stored;
}

const bytesOf = (reaches: readonly Reach[]): number =>
  reaches.reduce((sum, { length }) => sum + length, 0);
