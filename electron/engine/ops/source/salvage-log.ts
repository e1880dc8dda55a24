import type { ImageErrorCode } from "../../errors";

/** A stretch of guest bytes that could not be read and became zeros. */
export interface SalvagedRange {
  /** Guest offset in bytes. */
  readonly at: number;
  /** Bytes. */
  readonly length: number;
  /** Why: the code of the error that reading it gave. */
  readonly reason: ImageErrorCode;
}

/** All that a conversion could not read. */
export interface Salvaged {
  /** In ascending order, neighbours of one reason as one; not more than a receipt can take. */
  readonly ranges: readonly SalvagedRange[];
  /** Bytes that became zeros in all. */
  readonly bytes: number;
  /** Ranges that are not listed; their bytes are counted. */
  readonly unlisted: number;
}

/** What could not be read, noted by every thread of a conversion in shared memory. */
export interface SalvageLog {
  readonly buffer: SharedArrayBuffer;
  /** Notes a stretch; one that was noted before is not counted twice while the list has room. */
  add(range: SalvagedRange): void;
  result(): Salvaged;
}

const MOST = 4096;
/** Ranges that `result` lists. */
const MOST_LISTED = 1000;
/** at, end, index of the reason. */
const RECORD = 3;
/** In front of the records: their number, what did not fit (ranges, bytes). */
const HEAD = 3;
const LOCK_BYTES = 8;

/** Their order is what crosses threads. */
const REASONS: readonly ImageErrorCode[] = [
  "io",
  "truncated",
  "invalid-table",
  "corrupt-data",
  "invalid-header",
  "unsupported",
  "limit",
  "missing-file",
];

/** A log over `shared` (the buffer of another), or a new one. */
export function createSalvageLog(
  shared = new SharedArrayBuffer(LOCK_BYTES + 8 * (HEAD + MOST * RECORD)),
): SalvageLog {
  const lock = new Int32Array(shared, 0, 1);
  const head = new Float64Array(shared, LOCK_BYTES, HEAD);
  const records = new Float64Array(shared, LOCK_BYTES + 8 * HEAD);

  /** Damage is rare, and noting it short: the threads take turns. */
  function locked<T>(work: () => T): T {
    while (Atomics.compareExchange(lock, 0, 0, 1) !== 0) Atomics.wait(lock, 0, 1);
    try {
      return work();
    } finally {
      Atomics.store(lock, 0, 0);
      Atomics.notify(lock, 0, 1);
    }
  }

  function add(at: number, end: number, reason: number): void {
    const count = head[0] ?? 0;
    // The newest first: damage mostly goes on where it was met last.
    for (let index = count - 1; index >= 0; index--) {
      const from = records[index * RECORD] ?? 0;
      const to = records[index * RECORD + 1] ?? 0;
      if (at > to || end < from || records[index * RECORD + 2] !== reason) continue;
      records[index * RECORD] = Math.min(at, from);
      records[index * RECORD + 1] = Math.max(end, to);
      return;
    }
    if (count === MOST) {
      head[1] = (head[1] ?? 0) + 1;
      head[2] = (head[2] ?? 0) + end - at;
      return;
    }
    records.set([at, end, reason], count * RECORD);
    head[0] = count + 1;
  }

  function result(): Salvaged {
    const noted = Array.from({ length: head[0] ?? 0 }, (_, index) => {
      const [at = 0, end = 0, reason = 0] = records.subarray(index * RECORD);
      return { at, end, reason: REASONS[reason] ?? "io" };
    });
    const ranges: SalvagedRange[] = [];
    let bytes = head[2] ?? 0;
    let covered = 0;
    for (const { at, end, reason } of noted.toSorted((a, b) => a.at - b.at)) {
      const from = Math.max(at, covered);
      if (from >= end) continue;
      covered = end;
      bytes += end - from;
      const last = ranges.at(-1);
      if (last?.reason === reason && last.at + last.length === from)
        ranges[ranges.length - 1] = { ...last, length: end - last.at };
      else ranges.push({ at: from, length: end - from, reason });
    }
    const unlisted = Math.max(0, ranges.length - MOST_LISTED) + (head[1] ?? 0);
    return { ranges: ranges.slice(0, MOST_LISTED), bytes, unlisted };
  }

  return {
    buffer: shared,
    add: ({ at, length, reason }) =>
      locked(() => add(at, at + length, Math.max(0, REASONS.indexOf(reason)))),
    result: () => locked(result),
  };
}
