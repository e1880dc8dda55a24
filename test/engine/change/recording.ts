import type { ByteTarget } from "../../../electron/engine/io/source";
import { memoryTarget } from "../../../electron/engine/io/memory";
import type { Random } from "../../helpers/seed";

/** One thing that a change does to its file. */
export type Step =
  | { readonly kind: "write"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "truncate"; readonly size: number }
  | { readonly kind: "punch"; readonly at: number; readonly length: number }
  | { readonly kind: "flush" };

/** A file in memory that begins as `bytes` and keeps a list of what is done to it. */
export function recordingTarget(bytes: Uint8Array): { file: ByteTarget; steps: Step[] } {
  const file = memoryTarget("image.qcow2");
  const { write, truncate, punchHole } = file;
  const steps: Step[] = [];
  write(0, bytes);
  file.write = (at, from) => {
    steps.push({ kind: "write", at, bytes: from.slice() });
    write(at, from);
  };
  file.truncate = (size) => {
    steps.push({ kind: "truncate", size });
    truncate(size);
  };
  file.punchHole = (at, length) => {
    steps.push({ kind: "punch", at, length });
    punchHole?.(at, length);
  };
  file.flush = () => steps.push({ kind: "flush" });
  return { file, steps };
}

/** All bytes of a file. */
export function bytesOf(file: ByteTarget): Uint8Array {
  const bytes = new Uint8Array(file.size);
  file.read(0, bytes);
  return bytes;
}

/** What `steps` make of `bytes`. */
export function replay(bytes: Uint8Array, steps: readonly Step[]): Uint8Array {
  let length = bytes.length;
  for (const step of steps)
    if (step.kind === "write") length = Math.max(length, step.at + step.bytes.length);
    else if (step.kind === "truncate") length = Math.max(length, step.size);
  const room = new Uint8Array(length);
  room.set(bytes);
  let size = bytes.length;
  for (const step of steps) {
    if (step.kind === "write") {
      room.set(step.bytes, step.at);
      size = Math.max(size, step.at + step.bytes.length);
    } else if (step.kind === "punch") room.fill(0, step.at, step.at + step.length);
    else if (step.kind === "truncate") {
      room.fill(0, step.size);
      size = step.size;
    }
  }
  return room.subarray(0, size);
}

/** A write as the disk does it: in sectors, each of which is written or not. */
function sectorsOf(step: Step): Step[] {
  if (step.kind !== "write") return [step];
  const parts: Step[] = [];
  for (let from = 0; from < step.bytes.length;) {
    const to = Math.min(step.bytes.length, from + 512 - ((step.at + from) % 512));
    parts.push({ kind: "write", at: step.at + from, bytes: step.bytes.subarray(from, to) });
    from = to;
  }
  return parts;
}

/**
 * What a crash may leave: for every number of steps done, all up to the last flush, and of those
 * behind it all in order, and `samples` times any of their sectors in any order.
 */
export function* crashes(r: Random, steps: readonly Step[], samples: number): Generator<Step[]> {
  for (let done = 0; done <= steps.length; done++) {
    const prefix = steps.slice(0, done);
    yield prefix;
    const flushed = prefix.map(({ kind }) => kind).lastIndexOf("flush") + 1;
    const tail = prefix.slice(flushed).flatMap(sectorsOf);
    if (tail.length === 0) continue;
    for (let i = 0; i < samples; i++) {
      const kept = r.pick([0.1, 0.5, 0.9]);
      yield [...prefix.slice(0, flushed), ...r.shuffled(tail).filter(() => r.chance(kept))];
    }
  }
}
