import { FailureError } from "../failure";
import type { TaskRunner } from "../workers/start-image-task";
import type { Changes } from "./changes";
import type { Handlers } from "./table";
import { exists } from "./target";

/** The consistency check, and what mends what it finds. */
export function healthHandlers(
  tasks: TaskRunner,
  changes: Changes,
): Pick<Handlers, "health.check" | "health.repair" | "health.stop"> {
  return {
    "health.check": (input) => tasks.run("health.check", input),
    "health.repair": async (input) => {
      const { path, copyTo } = input;
      if (copyTo === undefined) return changes.make(path, () => tasks.run("health.repair", input));
      if (await exists(copyTo))
        throw new FailureError({
          code: "exists",
          message: `${copyTo} is there already.`,
          file: copyTo,
        });
      return tasks.run("health.repair", input);
    },
    "health.stop": () => tasks.stopReading(),
  };
}
