import type { EmitEvent } from "../ipc/dispatch";
import type { TaskRunner } from "../workers/start-image-task";
import type { Grants } from "./grants";
import { oneAtATime } from "./one-at-a-time";
import type { Openings } from "./openings";
import type { Handlers } from "./table";

/** How fast an image is read. */
export function speedHandlers(
  tasks: TaskRunner,
  {
    grants,
    openings,
    emit,
  }: {
    readonly grants: Pick<Grants, "list">;
    readonly openings: Pick<Openings, "of">;
    readonly emit: EmitEvent;
  },
): Pick<Handlers, "speed.measure" | "speed.stop"> {
  const measuring = oneAtATime();
  return {
    "speed.measure": ({ path, side, pattern, seconds }) =>
      measuring.run(
        (control) => {
          const how = { side, pattern, seconds, grants: grants.list() };
          return tasks.run("speed.measure", { path, ...how, ...openings.of(path) }, control);
        },
        (progress) => emit("speed.measuring", { path, ...progress }),
      ),
    "speed.stop": () => measuring.stop(),
  };
}
