import { FailureError } from "../failure";
import type { JobQueue } from "../jobs/queue";
import type { Inspector } from "../workers/start-inspector";
import type { Grants } from "./grants";
import { isSameFile } from "./target";

/** Lets one change of an image run at a time, and none while a conversion reads or writes it. */
export interface Changes {
  /** @throws FailureError `in-use`, or what `change` throws */
  make<T>(path: string, change: () => Promise<T>): Promise<T>;
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
    make: async (path, change) => {
      if (changing.has(path))
        fail(path, "The image is being changed already.", "Wait until that has ended.");
      changing.add(path);
      try {
        await requireUnused(path);
        return await change();
      } finally {
        changing.delete(path);
      }
    },
  };
}

function fail(file: string, message: string, hint: string): never {
  throw new FailureError({ code: "in-use", message, hint, file });
}
