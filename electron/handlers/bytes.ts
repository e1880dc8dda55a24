import type { BytesPlace } from "../../shared/model/bytes";
import type { SideRequest } from "../engine";
import type { EmitEvent } from "../ipc/dispatch";
import type { TaskRunner } from "../workers/start-image-task";
import type { Grants } from "./grants";
import { oneAtATime } from "./one-at-a-time";
import type { Openings } from "./openings";
import type { Handlers } from "./table";

type BytesCall = "bytes.read" | "bytes.find" | "bytes.stopFinding";

/** What the Bytes screen shows: read only, each call in a thread of its own. */
export function bytesHandlers(
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
): Pick<Handlers, BytesCall> {
  const finding = oneAtATime();
  const sideOf = ({ path, side, snapshot }: BytesPlace): SideRequest => ({
    path,
    side,
    grants: grants.list(),
    ...openings.of(path),
    ...(snapshot !== undefined && { snapshot }),
  });

  return {
    "bytes.read": ({ at, length, ...place }) =>
      tasks.run("bytes.read", { ...sideOf(place), at, length }),
    "bytes.find": ({ from, needle, ...place }) =>
      finding.run(
        (control) => tasks.run("bytes.find", { ...sideOf(place), from, needle }, control),
        (progress) => emit("bytes.finding", { path: place.path, ...progress }),
      ),
    "bytes.stopFinding": () => finding.stop(),
  };
}
