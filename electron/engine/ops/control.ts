import { ImageError } from "../errors";

/** What a long operation is at: each part counts its bytes from 0. */
export type Phase = "copying" | "verifying";

/**
 * Progress, pause and cancel of one long operation, in memory that every thread of the process can share.
 */
export interface Control {
  /** Hand this to another thread, whose `createControl` then gives a view of the same words. */
  readonly buffer: SharedArrayBuffer;
  /** True once anybody has called `cancel`. */
  readonly cancelled: boolean;
  /** Bytes worked through so far. */
  readonly done: number;
  /** Bytes to work through in all; 0 until that is known. */
  readonly total: number;
  /** True between `pause` and `resume`. */
  readonly paused: boolean;
  /** "copying" until `enter` says otherwise. */
  readonly phase: Phase;
  /** Asks the operation to stop; it does within one operation of about 1 MiB. */
  cancel(): void;
  /** Asks all threads to halt, which they do within one operation of about 1 MiB. */
  pause(): void;
  /** Lets them go on. */
  resume(): void;
  /** Begins a phase: nothing of it is done, and its total is unknown. */
  enter(phase: Phase): void;
  /** Adds `bytes` to `done`; safe from several threads at once. */
  addDone(bytes: number): void;
  /** Sets `total` in bytes. */
  setTotal(bytes: number): void;
  /**
   * Asks all threads to hold still for a moment, or no longer to: as `pause`, but of the machine's own
   * accord. It leaves `paused` alone.
   */
  holdStill(still: boolean): void;
  /**
   * Returns when nobody wants a pause or stillness any more, or all is cancelled. For threads that may block.
   */
  waitWhilePaused(): void;
  /** @throws ImageError `cancelled` once `cancel` was called. */
  throwIfCancelled(): void;
}

const DONE = 0;
const TOTAL = 1;
/** Indices in 32-bit words, behind the two 64-bit counters. */
const CANCEL = 4;
const PAUSE = 5;
const PHASE = 6;
const STILL = 7;
const BYTES = 32;

const phases: readonly Phase[] = ["copying", "verifying"];

/** A control over `buffer` (made by another `createControl`), or over words of its own. */
export function createControl(buffer = new SharedArrayBuffer(BYTES)): Control {
  const counters = new BigInt64Array(buffer, 0, 2);
  const words = new Int32Array(buffer);
  function setHalt(word: typeof PAUSE | typeof STILL, value: number): void {
    Atomics.store(words, word, value);
    Atomics.notify(words, word);
  }
  function waitWhile(word: typeof PAUSE | typeof STILL): void {
    while (Atomics.load(words, word) !== 0 && Atomics.load(words, CANCEL) === 0)
      Atomics.wait(words, word, 1);
  }
  return {
    buffer,
    get cancelled() {
      return Atomics.load(words, CANCEL) !== 0;
    },
    get done() {
      return Number(Atomics.load(counters, DONE));
    },
    get total() {
      return Number(Atomics.load(counters, TOTAL));
    },
    get paused() {
      return Atomics.load(words, PAUSE) !== 0;
    },
    get phase() {
      return phases[Atomics.load(words, PHASE)] ?? "copying";
    },
    cancel() {
      Atomics.store(words, CANCEL, 1);
      setHalt(PAUSE, 0);
      setHalt(STILL, 0);
    },
    pause: () => setHalt(PAUSE, 1),
    resume: () => setHalt(PAUSE, 0),
    holdStill: (still) => setHalt(STILL, still ? 1 : 0),
    enter(phase) {
      Atomics.store(counters, TOTAL, 0n);
      Atomics.store(counters, DONE, 0n);
      Atomics.store(words, PHASE, phases.indexOf(phase));
    },
    waitWhilePaused() {
      waitWhile(STILL);
      waitWhile(PAUSE);
    },
    addDone(bytes) {
      Atomics.add(counters, DONE, BigInt(bytes));
    },
    setTotal(bytes) {
      Atomics.store(counters, TOTAL, BigInt(bytes));
    },
    throwIfCancelled() {
      if (Atomics.load(words, CANCEL) !== 0) throw new ImageError("cancelled", "Cancelled.");
    },
  };
}
