import { constants, setPriority } from "node:os";

/**
 * Lets this thread, and those that it starts from now on, run only with what the window leaves of the
 * processor. On Linux only, where each thread has a priority of its own: elsewhere it would be the
 * whole process that gives way.
 */
export function giveWay(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Then it runs beside the window as all others do.
  }
}
