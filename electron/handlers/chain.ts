import type { TaskRunner } from "../workers/start-image-task";
import type { Changes } from "./changes";
import type { Handlers } from "./table";

/** What is done to a chain of backing files. */
export function chainHandlers(
  { run }: TaskRunner,
  changes: Changes,
): Pick<Handlers, "chain.createOverlay" | "chain.pointTo"> {
  return {
    "chain.createOverlay": (input) => run("chain.createOverlay", input),
    "chain.pointTo": (input) => changes.make(input.path, () => run("chain.pointTo", input)),
  };
}
