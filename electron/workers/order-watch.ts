import type { Control } from "../engine";
import { waitPatiently, type Awaited } from "../patience";

/** An order that a thread is at. */
export interface WatchedOrder extends Pick<Awaited, "patience" | "moved"> {
  /** Ends the thread, for it outlasts the patience or takes too much memory. Called once. */
  stop(why: "time" | "memory"): void;
  /** Bytes by which the process may grow meanwhile. */
  readonly mostBytes?: number;
}

/** An image takes less than 256 MB, and a conversion, too. */
const MOST_BYTES = 2 ** 30;

/** What is watched, the oldest first; `before` is what the process held when it began. */
const watched: { before: number; readonly mostBytes: number }[] = [];

/**
 * Watches a thread from the outside while it is at an order. V8's limits count its own heap only: what lies in
 * typed arrays, and what libraries take, is seen in what the whole process holds (resident, in bytes). Where
 * several orders are under way, the newest of those that saw it grow too much is taken for the cause, and the
 * others begin anew.
 * @returns what ends the watching.
 */
export function watchOrder(order: WatchedOrder): () => void {
  const { patience, moved, stop, mostBytes = MOST_BYTES } = order;
  const own = { before: process.memoryUsage.rss(), mostBytes };
  watched.push(own);
  const end = (): void => {
    endWaiting();
    if (watched.includes(own)) watched.splice(watched.indexOf(own), 1);
  };
  const give = (why: "time" | "memory"): void => {
    end();
    stop(why);
  };
  const endWaiting = waitPatiently({
    patience,
    over: () => give("time"),
    moved: () => {
      const held = process.memoryUsage.rss();
      if (watched.findLast((each) => held - each.before > each.mostBytes) === own) {
        for (const other of watched) other.before = held;
        give("memory");
      }
      return moved?.() ?? false;
    },
  });
  return end;
}

/** What tells by a control whether there was progress since it was asked before. */
export function movesOf(control: Pick<Control, "done" | "total">): () => boolean {
  let last = { done: 0, total: 0 };
  return () => {
    const { done, total } = control;
    const moved = done !== last.done || total !== last.total;
    last = { done, total };
    return moved;
  };
}
