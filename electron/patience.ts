/** How often is looked, in ms. */
const LOOK_MS = 100;

/** What is waited for. */
export interface Awaited {
  /** Milliseconds without any progress after which it is given up. */
  readonly patience: number;
  /** Called once, when it is. */
  over(): void;
  /** Called at every look: whether there was progress since the one before. Without it the whole time counts. */
  moved?(): boolean;
}

/**
 * Waits for something, with so much patience. The time is counted in looks: by the clock, all that
 * computers were at when they fell asleep would be over when they wake.
 * @returns what ends the waiting.
 */
export function waitPatiently({ patience, over, moved }: Awaited): () => void {
  const every = Math.min(LOOK_MS, patience);
  let quiet = 0;
  const timer = setInterval(() => {
    quiet = moved?.() === true ? 0 : quiet + every;
    if (quiet < patience) return;
    clearInterval(timer);
    over();
  }, every);
  return () => clearInterval(timer);
}
