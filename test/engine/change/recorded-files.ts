import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { ByteTarget } from "../../../electron/engine/io/source";
import type { Random } from "../../helpers/seed";
import { crashes, replay, type Step } from "./recording";

/** One thing that was done to one of several files. */
interface FileStep {
  readonly path: string;
  readonly step: Step;
}

/** What is done to real files from now on; `wrap` goes around every target that is opened. */
export function recordFiles() {
  const steps: FileStep[] = [];
  function wrap(target: ByteTarget): ByteTarget {
    const path = target.name;
    const add = (step: Step): void => void steps.push({ path, step });
    const wrapped: ByteTarget = Object.create(target);
    return Object.assign(wrapped, {
      write(at: number, bytes: Uint8Array) {
        add({ kind: "write", at, bytes: bytes.slice() });
        target.write(at, bytes);
      },
      truncate(size: number) {
        add({ kind: "truncate", size });
        target.truncate(size);
      },
      punchHole(at: number, length: number) {
        add({ kind: "punch", at, length });
        target.punchHole?.(at, length);
      },
      flush() {
        add({ kind: "flush" });
        target.flush();
      },
    });
  }
  return { steps, wrap };
}

/**
 * What a crash may leave of several files, each given as what is done to it: every number of steps
 * done, and behind each file's own last flush any of its sectors, in any order.
 */
export function* crashesOfFiles(
  r: Random,
  steps: readonly FileStep[],
  samples: number,
): Generator<Map<string, Step[]>> {
  const paths = [...new Set(steps.map(({ path }) => path))];
  for (let done = 0; done <= steps.length; done++) {
    const prefix = steps.slice(0, done);
    for (let i = 0; i <= samples; i++) {
      const left = new Map<string, Step[]>();
      for (const path of paths) {
        const own = prefix.filter((each) => each.path === path).map(({ step }) => step);
        left.set(path, i === 0 ? own : tailShuffled(r, own));
      }
      yield left;
    }
  }
}

/** The last of what `crashes` makes of all the steps: those behind the flush in another order. */
function tailShuffled(r: Random, steps: readonly Step[]): Step[] {
  const flushed = steps.map(({ kind }) => kind).lastIndexOf("flush") + 1;
  const tails = [...crashes(r, steps.slice(flushed), 1)];
  return [...steps.slice(0, flushed), ...(tails.at(-1) ?? [])];
}

/** Puts into folder `to` what a crash leaves of the files in `from`. */
export function leaveFiles(from: string, to: string, left: ReadonlyMap<string, Step[]>): void {
  cpSync(from, to, { recursive: true });
  for (const [path, steps] of left)
    writeFileSync(
      join(to, basename(path)),
      replay(new Uint8Array(readFileSync(join(from, basename(path)))), steps),
    );
}
