import type { TaskRunner } from "../workers/start-image-task";
import type { Changes } from "./changes";
import type { Grants } from "./grants";
import type { Handlers } from "./table";

/** What is done to a chain of backing files. */
export function chainHandlers(
  { run }: TaskRunner,
  changes: Changes,
  grants: Pick<Grants, "list">,
): Pick<Handlers, "chain.strips" | "chain.createOverlay" | "chain.pointTo"> {
  return {
    "chain.strips": ({ path }) => run("chain.strips", { path, grants: grants.list() }),
    "chain.createOverlay": (input) => run("chain.createOverlay", input),
    "chain.pointTo": (input) => changes.make(input.path, () => run("chain.pointTo", input)),
  };
}
