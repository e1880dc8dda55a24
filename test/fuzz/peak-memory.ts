import { readFileSync, writeFileSync } from "node:fs";

/** Most bytes of memory that this process has held since `forgetPeak`, where Linux tells; else, ever. */
export function peakMemory(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  // What getrusage tells goes back to the process that started this one.
  const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "latin1"));
  return Number(found?.[1] ?? 0) * 1024;
}

/** Begins to count anew, with what is held now. */
export function forgetPeak(): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Not everybody may; then a case that takes too much ends the process, and the next begins anew.
  }
}
