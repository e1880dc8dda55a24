import { FailureError } from "../failure";
import type { TaskRunner } from "../workers/start-image-task";
import type { Openings } from "./openings";

/** Tasks that open an image as their input says. */
const aware: ReadonlySet<string> = new Set([
  "chain.strips",
  "bytes.read",
  "bytes.find",
  "speed.measure",
]);

/**
 * Tasks that hold to the format in which the user has opened an image. Most go by what its bytes
 * say, which is what the user did not want: they are refused, and change nothing.
 */
export function keepDeclared(tasks: TaskRunner, openings: Pick<Openings, "of">): TaskRunner {
  return {
    ...tasks,
    run: async (task, input, control) => {
      const path = pathIn(input);
      const { format } = path === undefined ? {} : openings.of(path);
      if (path === undefined || format === undefined) return tasks.run(task, input, control);
      if (aware.has(task)) return tasks.run(task, { ...input, format }, control);
      throw new FailureError({
        code: "unsupported",
        message: `${path} is opened as ${format}, against what its own bytes say.`,
        hint: "Open it by its content again, or convert it first.",
        file: path,
      });
    },
  };
}

/** The image that a task is about: its own path, that of the change, or that of a new overlay's base. */
function pathIn(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  if ("change" in input) return pathIn(input.change);
  const path = "path" in input ? input.path : "base" in input ? input.base : undefined;
  return typeof path === "string" ? path : undefined;
}
