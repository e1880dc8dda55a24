/** How fast a job has been, in bytes a second; undefined in the first second. */
export interface Pace {
  /** Over the last few seconds: what to show. */
  readonly speed?: number;
  /** Over the last half minute: what to foretell from. It changes slowly. */
  readonly steady?: number;
}

/** Watches one phase of a job. */
export interface SpeedMeter {
  /**
   * Takes note of the bytes done.
   * @param now Milliseconds that the job has run: time in which it was paused does not count.
   */
  note(done: number, now: number): Pace;
}

const SHOWN_MS = 4000;
const STEADY_MS = 30_000;
const FIRST_MS = 1000;
/** Notes come ten times a second: after a gap like this the computer was asleep, or its clock set. */
const ASLEEP_MS = 5000;
/** Samples closer together than this tell nothing new. */
const STEP_MS = 200;

interface Sample {
  readonly done: number;
  readonly at: number;
}

export function createSpeedMeter(): SpeedMeter {
  const samples: Sample[] = [];
  let noted: number | undefined;
  return {
    note: (done, now) => {
      if (noted !== undefined && (now < noted || now - noted > ASLEEP_MS)) samples.length = 0;
      noted = now;
      const latest = samples.at(-1);
      if (latest === undefined || now - latest.at >= STEP_MS) samples.push({ done, at: now });
      // The oldest sample kept is the last one that is at least a window old.
      while (samples[1] !== undefined && now - samples[1].at >= STEADY_MS) samples.shift();
      const [oldest] = samples;
      if (oldest === undefined || now - oldest.at < FIRST_MS) return {};
      const shown = samples.findLast(({ at }) => now - at >= SHOWN_MS) ?? oldest;
      const since = (sample: Sample): number =>
        Math.max(0, (done - sample.done) / ((now - sample.at) / 1000));
      return { speed: since(shown), steady: since(oldest) };
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
