import { createControl, type Control } from "../engine";
import { FailureError } from "../failure";
import type { JobQueue } from "../jobs/queue";
import type { Inspector } from "../workers/start-inspector";
import type { Grants } from "./grants";
import { isSameFile } from "./target";

/** Lets one change of an image run at a time, and none while a conversion reads or writes it. */
export interface Changes {
  /**
   * @param paths The image, or all files that the change may write to.
   * @param change Where it can be ended before its time, it ends when its control is cancelled.
   * @throws FailureError `in-use`, or what `change` throws
   */
  make<T>(paths: string | readonly string[], change: (control: Control) => Promise<T>): Promise<T>;
  /** Whether a change runs. */
  busy(): boolean;
  /** Ends those that can be ended before their time; resolves when none runs any more. */
  stopAll(): Promise<void>;
}

const unended: ReadonlySet<string> = new Set(["waiting", "running", "paused"]);

export function createChanges(
  queue: Pick<JobQueue, "list">,
  inspector: Pick<Inspector, "inspect">,
  grants: Pick<Grants, "list">,
): Changes {
  const changing = new Set<string>();
  const running = new Map<Control, Promise<unknown>>();

  /** The files that a conversion from `source` reads; what cannot be opened it does not read. */
  async function filesOf(source: string): Promise<string[]> {
    try {
      const { layers } = await inspector.inspect({ path: source, grants: grants.list() });
      return layers.map(({ path }) => path);
    } catch {
      return [source];
    }
  }

  async function requireUnused(path: string): Promise<void> {
    for (const { state, source, target } of queue.list()) {
      if (!unended.has(state)) continue;
      for (const file of [target, ...(source === undefined ? [] : await filesOf(source))]) {
        if (await isSameFile(file, path))
          fail(path, "A conversion uses this image.", "Wait until it has ended, or cancel it.");
      }
    }
  }

  return {
    make: async (paths, change) => {
      const all = typeof paths === "string" ? [paths] : paths;
      const busy = all.find((path) => changing.has(path));
      if (busy !== undefined)
        fail(busy, "The image is being changed already.", "Wait until that has ended.");
      for (const path of all) changing.add(path);
      try {
        for (const path of all) await requireUnused(path);
        const control = createControl();
        const made = change(control);
        running.set(control, made);
        return await made.finally(() => running.delete(control));
      } finally {
        for (const path of all) changing.delete(path);
      }
    },
    busy: () => running.size > 0,
    stopAll: async () => {
      for (const control of running.keys()) control.cancel();
      await Promise.allSettled(running.values());
    },
  };
}

function fail(file: string, message: string, hint: string): never {
  throw new FailureError({ code: "in-use", message, hint, file });
}
