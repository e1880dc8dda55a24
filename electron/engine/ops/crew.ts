import { fromFailure, toFailure } from "./failure";
import type { Failure } from "../../../shared/model/report";

// 32-bit words. A batch is open while its number stands in OPEN. A copier says that it is here in
// ACTIVE before it looks at OPEN: so once OPEN says closed and ACTIVE is 0, nobody touches the
// batch, and it can be filled anew. Copiers that come late, or never, are not waited for.
const OPEN = 0;
const ACTIVE = 1;
const NEXT = 2;
const FAILED = 3;
const FAILURE_LENGTH = 4;
// The operation whose turn it is; NOBODY once somebody has failed.
const TURN = 5;
const NOBODY = -1;
// How many operations the open batch has by now; all ones less that number once it gets no more.
const READY = 6;
const NONE = ~0;
/** Byte offset of the 64-bit number of slots handed out. */
const SLOTS_AT = 32;
const FAILURE_AT = 40;
const FAILURE_BYTES = 64 * 1024;

const CLOSED = 0;
const ENDED = -1;

/**
 * How the threads of one conversion agree, in shared memory and without messages: who takes which
 * operation of the open batch, which slots are taken, and whether somebody has failed.
 */
export interface Crew {
  readonly buffer: SharedArrayBuffer;
  /** Lets the copiers at the batch, which has just been emptied: they wait for operations. */
  open(): void;
  /** Gives out the first `count` operations of the open batch; with `last` they are all it gets. */
  publish(count: number, last: boolean): void;
  /** Keeps the copiers from the batch, and waits until the last of them has let go of it. */
  close(): void;
  /** Sends the copiers home for good, and waits as `close` does. */
  end(): void;
  /**
   * What a copier thread does: runs `work` once for each batch that opens, until `end`. What it
   * throws goes to `fail`.
   */
  eachBatch(work: () => void): void;
  /**
   * Index of an operation of the open batch that nobody else gets, whether the batch has it or not:
   * see `has`.
   */
  take(): number;
  /**
   * Waits until the open batch has operation `index`, and says so; false when it gets no such
   * operation, and once anybody has failed.
   */
  has(index: number): boolean;
  /**
   * Does `work` when all operations before `index` of the open batch have had their turn, and returns
   * what it gives; undefined, without having done it, once anybody has failed. Who has taken an
   * operation must either come here with it or fail: the others wait for that.
   */
  inTurn<Result>(index: number, work: () => Result): Result | undefined;
  /** Begins to count slots anew. Only while no batch is open. */
  resetSlots(): void;
  /** Takes `count` slots that follow one another; returns the first. */
  takeSlots(count: number): number;
  /** Slots taken so far. */
  readonly slots: number;
  /** True once anybody has failed: the others stop too. */
  readonly failed: boolean;
  /** Tells that the conversion has failed; the first failure counts. */
  fail(error: unknown): void;
  /** @throws what `fail` was told first, if it was called. */
  throwFailure(): void;
}

/** A crew over `shared` (the buffer of another), or a new one. */
export function createCrew(shared = new SharedArrayBuffer(FAILURE_AT + FAILURE_BYTES)): Crew {
  const words = new Int32Array(shared, 0, FAILURE_AT / 4);
  const slots = new BigInt64Array(shared, SLOTS_AT, 1);
  const failureText = new Uint8Array(shared, FAILURE_AT, FAILURE_BYTES);
  let batches = 0;
  let ready = 0;

  function setOpen(value: number): void {
    Atomics.store(words, OPEN, value);
    Atomics.notify(words, OPEN);
  }
  function closeAs(value: number): void {
    setOpen(value);
    for (let active = 1; active > 0; active = Atomics.load(words, ACTIVE)) {
      Atomics.wait(words, ACTIVE, active);
    }
  }

  function publish(count: number, last: boolean): void {
    const next = last ? ~count : count;
    // Not where somebody has failed meanwhile: what `fail` has put there must stay.
    Atomics.compareExchange(words, READY, ready, next);
    Atomics.notify(words, READY);
    ready = next;
  }

  function fail(error: unknown): void {
    if (Atomics.compareExchange(words, FAILED, 0, 1) !== 0) return;
    // Changed, not only notified: who is about to wait must find that out too.
    Atomics.store(words, TURN, NOBODY);
    Atomics.notify(words, TURN);
    Atomics.store(words, READY, NONE);
    Atomics.notify(words, READY);
    const bytes = new TextEncoder().encode(JSON.stringify(toFailure(error)));
    // Paths are 4 KiB at most; something longer than all this is told without its words.
    if (bytes.length > FAILURE_BYTES) return;
    failureText.set(bytes);
    Atomics.store(words, FAILURE_LENGTH, bytes.length);
  }

  return {
    buffer: shared,
    open() {
      Atomics.store(words, NEXT, 0);
      Atomics.store(words, READY, 0);
      ready = 0;
      if (Atomics.load(words, FAILED) === 0) Atomics.store(words, TURN, 0);
      setOpen(++batches);
    },
    publish,
    close: () => closeAs(CLOSED),
    end: () => closeAs(ENDED),
    eachBatch(work) {
      for (;;) {
        Atomics.add(words, ACTIVE, 1);
        const open = Atomics.load(words, OPEN);
        try {
          if (open > 0) work();
        } catch (error) {
          // Told before letting go: whoever waits for that reads it next.
          fail(error);
        }
        Atomics.sub(words, ACTIVE, 1);
        Atomics.notify(words, ACTIVE);
        if (open === ENDED) return;
        Atomics.wait(words, OPEN, open);
      }
    },
    take: () => Atomics.add(words, NEXT, 1),
    has(index) {
      for (;;) {
        if (Atomics.load(words, FAILED) !== 0) return false;
        const given = Atomics.load(words, READY);
        if (given < 0) return index < ~given;
        if (index < given) return true;
        Atomics.wait(words, READY, given);
      }
    },
    inTurn(index, work) {
      for (;;) {
        if (Atomics.load(words, FAILED) !== 0) return undefined;
        const turn = Atomics.load(words, TURN);
        if (turn === index) break;
        Atomics.wait(words, TURN, turn);
      }
      const result = work();
      Atomics.compareExchange(words, TURN, index, index + 1);
      Atomics.notify(words, TURN);
      return result;
    },
    resetSlots: () => void Atomics.store(slots, 0, 0n),
    takeSlots: (count) => Number(Atomics.add(slots, 0, BigInt(count))),
    get slots() {
      return Number(Atomics.load(slots, 0));
    },
    get failed() {
      return Atomics.load(words, FAILED) !== 0;
    },
    fail,
    throwFailure() {
      if (Atomics.load(words, FAILED) === 0) return;
      const text = failureText.slice(0, Atomics.load(words, FAILURE_LENGTH));
      if (text.length === 0) throw new Error("A copier failed.");
      throw fromFailure(JSON.parse(new TextDecoder().decode(text)) as Failure);
    },
  };
}
