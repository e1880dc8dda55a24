import { openSync, readSync, writeSync } from "node:fs";

/** Counts the memory of one piece of work after the other. */
export interface MemoryMeter {
  /** Begins to count anew, with what this process holds now. */
  begin(): void;
  /** The most bytes that were held since then at once, above what was held at its beginning. */
  grown(): number;
}

/** A meter of this process; where it is not Linux, of the highest peaks only. */
export function createMemoryMeter(): MemoryMeter {
  const peak = peakOf();
  const forget = forgetting();
  let held = 0;
  return {
    begin() {
      forget();
      // Where the peak cannot be forgotten, what counts is by how much it rises.
      held = peak();
    },
    grown: () => peak() - held,
  };
}

/** Tells the most bytes that this process has held at once. */
function peakOf(): () => number {
  if (process.platform !== "linux") return () => process.resourceUsage().maxRSS * 1024;
  // What getrusage tells goes back to the process that started this one.
  const status = openSync("/proc/self/status", "r");
  const text = Buffer.alloc(4096);
  return () => {
    const length = readSync(status, text, 0, text.length, 0);
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(text.toString("latin1", 0, length));
    return Number(found?.[1] ?? 0) * 1024;
  };
}

/** Makes what is held now the most that was ever held. */
function forgetting(): () => void {
  try {
    const file = openSync("/proc/self/clear_refs", "w");
    return () => writeSync(file, "5");
  } catch {
    // Only Linux has it, and not everybody may write there.
    return () => {};
  }
}
