/**
 * Work that pauses after every operation of about 1 MiB, so that its thread can look at something
 * else, a signal say. Ended early with `throw`, it cleans up as it does after any error.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Does all the steps without a pause. @throws what they throw. */
export function runThrough<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
