import { setTimeout } from "node:timers/promises";
import { busySeconds } from "../measure";

/** Milliseconds for which is watched what others do. */
const watch = 500;
/** CPU cores that others may keep busy. */
const mostForeign = 0.3;

/**
 * Whether others are at work, while nothing of the benchmark is. Electron's processes are not all
 * children of the one that was started, so that their share of a busy machine is not to be told.
 */
async function isBusy(): Promise<boolean> {
  const before = busySeconds();
  const began = performance.now();
  await setTimeout(watch);
  return ((busySeconds() - before) * 1000) / (performance.now() - began) > mostForeign;
}

/** Does `work`; `disturbed` when others were at work right before it or right after. */
export async function watched<T>(work: () => Promise<T>): Promise<T & { disturbed: boolean }> {
  const before = await isBusy();
  const result = await work();
  return { ...result, disturbed: (await isBusy()) || before };
}
