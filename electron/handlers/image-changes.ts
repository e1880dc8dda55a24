import type { ImageChange } from "../../shared/model/change";
import { createControl, type Control } from "../engine";
import type { EmitEvent } from "../ipc/dispatch";
import type { Inspector } from "../workers/start-inspector";
import type { TaskRunner } from "../workers/start-image-task";
import { allowChosen } from "./chain";
import type { Changes } from "./changes";
import type { Grants } from "./grants";
import type { Openings } from "./openings";
import type { Handlers } from "./table";

const REPORT_MS = 100;

interface ChangeParts {
  readonly tasks: Pick<TaskRunner, "run">;
  readonly changes: Changes;
  readonly inspector: Pick<Inspector, "inspect">;
  readonly grants: Pick<Grants, "list" | "note" | "allow">;
  readonly openings: Pick<Openings, "of">;
  readonly emit: EmitEvent;
}

/** Changes of images in place that are looked at beforehand, tell how far they are, and can be stopped. */
export function imageChangeHandlers({
  tasks,
  changes,
  inspector,
  grants,
  openings,
  emit,
}: ChangeParts): Pick<Handlers, `change.${"outlook" | "start" | "stop"}`> {
  /** What is looked at, and what is made, for an image by its path. */
  const looking = new Map<string, Control>();
  const making = new Map<string, Control>();

  const howToOpen = (path: string) => {
    const { passphrase } = openings.of(path);
    return { grants: grants.list(), ...(passphrase !== undefined && { passphrase }) };
  };

  async function watched<T>(
    controls: Map<string, Control>,
    path: string,
    work: (control: Control) => Promise<T>,
    control = createControl(),
  ): Promise<T> {
    controls.set(path, control);
    const timer = setInterval(() => {
      const { done, total } = control;
      emit("change.progress", { path, done, total });
    }, REPORT_MS);
    try {
      return await work(control);
    } finally {
      clearInterval(timer);
      if (controls.get(path) === control) controls.delete(path);
    }
  }

  /** The files that a change may write to. */
  async function writtenBy(change: ImageChange): Promise<string[]> {
    const { path } = change;
    if (change.kind !== "commit" && change.kind !== "merge") return [path];
    const { layers } = await inspector.inspect({ path, ...howToOpen(path) });
    const at = (depth: number): string[] => layers.slice(depth, depth + 1).map((one) => one.path);
    const { depth } = change;
    if (change.kind === "commit") return [path, ...at(depth)];
    return change.into === "above" ? at(depth - 1) : [-1, 0, 1].flatMap((by) => at(depth + by));
  }

  return {
    "change.outlook": ({ change }) => {
      const { path } = change;
      looking.get(path)?.cancel();
      return watched(looking, path, (control) =>
        tasks.run("change.outlook", { change, ...howToOpen(path) }, control),
      );
    },
    "change.start": async ({ change, force }) => {
      const { path } = change;
      const written = await writtenBy(change);
      const input = { change, force, written, ...howToOpen(path) };
      const result = await changes.make(written, (given) =>
        watched(making, path, (control) => tasks.run("change.make", input, control), given),
      );
      if (change.kind === "rebase") await allowChosen({ inspector, grants }, path, change.base);
      return result;
    },
    "change.stop": ({ path }) => {
      looking.get(path)?.cancel();
      making.get(path)?.cancel();
    },
  };
}
