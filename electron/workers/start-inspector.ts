import type { ImageReport } from "../../shared/model/report";
import { FailureError } from "../failure-error";
import { createInspectorThread, type Asked } from "./inspector-thread";
import type { CompiledFolders, InspectOrder } from "./messages";

/** Opens images in threads of their own. */
export interface Inspector {
  /** Starts its thread now: it is up then when the first order comes. */
  warmUp(): void;
  /** @throws FailureError */
  inspect(order: InspectOrder): Promise<ImageReport>;
  /** Ends the threads; orders that wait or run fail. */
  close(): void;
}

/** Opening reads headers and tables only; what takes longer is hostile, or its disk is gone. */
const PATIENCE_MS = 30_000;
/** How long an image may hold the others up: then they go by it, in a second thread. */
const HELD_UP_MS = 1000;

/**
 * An inspector whose thread starts with the first order, unless it was warmed up. Orders run one after the other, except
 * behind one that takes long. A thread that dies or outlasts `patience` milliseconds takes only its own order with it.
 * With `compiled` it loads what V8 compiled in an earlier start.
 */
export function createInspector(
  script: string,
  patience = PATIENCE_MS,
  compiled?: CompiledFolders,
): Inspector {
  const waiting: Asked[] = [];
  const parts = { script, patience, compiled };
  const first = createInspectorThread({ ...parts, rested: next });
  const second = createInspectorThread({ ...parts, rested: restSecond });
  let busySince = 0;
  let heldUp: NodeJS.Timeout | undefined;

  function next(): void {
    clearTimeout(heldUp);
    const now = performance.now();
    if (!first.busy) {
      const asked = waiting.shift();
      if (asked === undefined) return;
      busySince = now;
      first.take(asked);
    }
    if (waiting.length === 0 || second.busy) return;
    const left = busySince + HELD_UP_MS - now;
    if (left > 0) {
      heldUp = setTimeout(next, left);
      return;
    }
    const asked = waiting.shift();
    if (asked !== undefined) second.take(asked);
  }

  /** It is kept only while it is needed. */
  function restSecond(): void {
    next();
    if (!second.busy) second.end(closing);
  }

  return {
    warmUp: first.warmUp,
    inspect: (order) =>
      new Promise((done, fail) => {
        waiting.push({ order, done, fail });
        next();
      }),
    close: () => {
      clearTimeout(heldUp);
      for (const asked of waiting.splice(0)) asked.fail(new FailureError(closing));
      first.end(closing);
      second.end(closing);
    },
  };
}

const closing = { code: "cancelled", message: "Lamina is closing." };
