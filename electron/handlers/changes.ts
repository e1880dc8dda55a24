import { FailureError } from "../failure";
import type { JobQueue } from "../jobs/queue";
import type { Inspector } from "../workers/start-inspector";
import type { Grants } from "./grants";
import { isSameFile } from "./target";

/** Lets one change of an image run at a time, and none while a conversion reads or writes it. */
export interface Changes {
  /**
   * @param paths The image, or all files that the change may write to.
   * @throws FailureError `in-use`, or what `change` throws
   */
  make<T>(paths: string | readonly string[], change: () => Promise<T>): Promise<T>;
}

const unended: ReadonlySet<string> = new Set(["waiting", "running", "paused"]);

export function createChanges(
  queue: Pick<JobQueue, "list">,
  inspector: Pick<Inspector, "inspect">,
  grants: Pick<Grants, "list">,
): Changes {
  const changing = new Set<string>();

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
        return await change();
      } finally {
        for (const path of all) changing.delete(path);
      }
    },
  };
}

function fail(file: string, message: string, hint: string): never {
  throw new FailureError({ code: "in-use", message, hint, file });
}
