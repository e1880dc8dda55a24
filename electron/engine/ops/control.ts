import { ImageError } from "../errors";

/**
 * Progress and cancel of one long operation, in memory that every thread of the process can share.
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
  /** Asks the operation to stop; it does within one operation of about 1 MiB. */
  cancel(): void;
  /** Adds `bytes` to `done`; safe from several threads at once. */
  addDone(bytes: number): void;
  /** Sets `total` in bytes. */
  setTotal(bytes: number): void;
  /** @throws ImageError `cancelled` once `cancel` was called. */
  throwIfCancelled(): void;
}

const DONE = 0;
const TOTAL = 1;
/** Index in 32-bit words, behind the two 64-bit counters. */
const CANCEL = 4;
const BYTES = 24;

/** A control over `buffer` (made by another `createControl`), or over words of its own. */
export function createControl(buffer = new SharedArrayBuffer(BYTES)): Control {
  const counters = new BigInt64Array(buffer, 0, 2);
  const words = new Int32Array(buffer);
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
    cancel() {
      Atomics.store(words, CANCEL, 1);
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
