import type { TaskRunner } from "../workers/start-image-task";
import type { Changes } from "./changes";
import type { Handlers } from "./table";

type SnapshotCall =
  `snapshots.${"tree" | "compare" | "freed" | "create" | "apply" | "delete" | "rename"}`;

/** What is asked of internal snapshots, and done to them. */
export function snapshotHandlers(
  { run }: TaskRunner,
  changes: Changes,
): Pick<Handlers, SnapshotCall> {
  return {
    "snapshots.tree": (input) => run("snapshots.tree", input),
    "snapshots.compare": (input) => run("snapshots.compare", input),
    "snapshots.freed": (input) => run("snapshots.freed", input),
    "snapshots.create": (input) => changes.make(input.path, () => run("snapshots.create", input)),
    "snapshots.apply": (input) => changes.make(input.path, () => run("snapshots.apply", input)),
    "snapshots.delete": (input) => changes.make(input.path, () => run("snapshots.delete", input)),
    "snapshots.rename": (input) => changes.make(input.path, () => run("snapshots.rename", input)),
  };
}
