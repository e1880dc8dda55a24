/** How fast a job has been over the last seconds. */
export interface SpeedMeter {
  /**
   * Takes note of the bytes done at `now` (milliseconds).
   * @returns bytes a second over the window; undefined in the first second
   */
  note(done: number, now: number): number | undefined;
}

const WINDOW_MS = 4000;
const FIRST_MS = 1000;
/** Samples closer together than this tell nothing new. */
const STEP_MS = 200;

export function createSpeedMeter(): SpeedMeter {
  const samples: { done: number; at: number }[] = [];
  return {
    note: (done, now) => {
      const latest = samples.at(-1);
      if (latest === undefined || now - latest.at >= STEP_MS) samples.push({ done, at: now });
      // The oldest sample kept is the last one that is at least a window old.
      while (samples[1] !== undefined && now - samples[1].at >= WINDOW_MS) samples.shift();
      const [oldest] = samples;
      if (oldest === undefined || now - oldest.at < FIRST_MS) return undefined;
      return Math.max(0, (done - oldest.done) / ((now - oldest.at) / 1000));
    },
  };
}

/** Seconds until `total` bytes are done at `speed` bytes a second; undefined while that is unknown. */
export function secondsLeft(
  done: number,
  total: number,
  speed: number | undefined,
): number | undefined {
  if (speed === undefined || speed <= 0 || total <= 0) return undefined;
  return Math.max(0, (total - done) / speed);
}
