/** A clock that stands still while its job is paused or waits. Times in milliseconds. */
export interface RunClock {
  start(now: number): void;
  stop(now: number): void;
  /** How long it has run up to `now`. */
  elapsed(now: number): number;
}

export function createRunClock(): RunClock {
  let before = 0;
  let since: number | undefined;
  const elapsed = (now: number): number =>
    before + (since === undefined ? 0 : Math.max(0, now - since));
  return {
    start(now) {
      since ??= now;
    },
    stop(now) {
      before = elapsed(now);
      since = undefined;
    },
    elapsed,
  };
}
