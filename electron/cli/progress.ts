import { flushOutput, print } from "./output";

/** The line of `-p`: percent of the work done, over and over on one line of stdout. */
export interface Progress {
  /** Shows `done` of `total` when it is `step` percent past what was shown last, or all of it. */
  show(done: number, total: number): void;
  /** Ends the line. */
  end(): void;
}

const silent: Progress = { show: () => undefined, end: () => undefined };

/** @param step Percent between two showings: qemu-img takes 1 for convert, 2 for compare. */
export function createProgress(wanted: boolean, step: number): Progress {
  if (!wanted) return silent;
  let shown = -Infinity;
  return {
    show(done, total) {
      const percent = total === 0 ? 0 : Math.min(100, (done / total) * 100);
      if (percent <= shown + step && percent !== 100) return;
      shown = percent;
      print(`    (${percent.toFixed(2)}/100%)\r`);
      flushOutput();
    },
    end() {
      print("\n");
      flushOutput();
    },
  };
}
