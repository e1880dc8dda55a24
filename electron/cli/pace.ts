/** Holds work back to so many bytes in a second. */
export interface Pace {
  /**
   * Counts what has been done.
   * @param done Bytes in all until now.
   * @param now Milliseconds, of a clock that only goes on.
   * @returns Milliseconds to wait before going on; 0 for at once.
   */
  owed(done: number, now: number): number;
}

/**
 * A token bucket: it holds what a tenth of a second allows, so that a pause in the work does not let
 * all of it through at once afterwards.
 * @param rate Bytes in a second; 0 or undefined for as fast as it goes.
 */
export function createPace(rate: number | undefined): Pace {
  if (rate === undefined || rate === 0) return { owed: () => 0 };
  const most = rate / 10;
  let tokens = most;
  let counted = 0;
  let last: number | undefined;
  return {
    owed(done, now) {
      tokens = Math.min(most, tokens + ((now - (last ?? now)) / 1000) * rate) - (done - counted);
      counted = done;
      last = now;
      return tokens < 0 ? (-tokens / rate) * 1000 : 0;
    },
  };
}

/** The same for work that blocks its thread: counts further bytes, and sleeps as long as is owed. */
export function createBrake(rate: number | undefined): (bytes: number) => void {
  const pace = createPace(rate);
  let done = 0;
  return (bytes) => {
    done += bytes;
    const owed = pace.owed(done, performance.now());
    if (owed > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, owed);
  };
}
