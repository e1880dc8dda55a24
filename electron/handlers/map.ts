import type { CallInput } from "../../shared/ipc/contract";
import type { TaskRunner } from "../workers/start-image-task";
import type { Grants } from "./grants";
import type { Openings } from "./openings";
import type { Handlers } from "./table";

/** The map of an image: its cells, and what one of them stands for. */
export function mapHandlers(
  { latest }: Pick<TaskRunner, "latest">,
  { grants, openings }: { readonly grants: Grants; readonly openings: Openings },
): Pick<Handlers, "map.cells" | "map.place"> {
  function lookOf<T extends Pick<CallInput<"map.cells">, "path">>({ path, ...question }: T) {
    return { ...question, request: { path, grants: grants.list(), ...openings.of(path) } };
  }

  return {
    "map.cells": (input) => latest("map.cells", lookOf(input)),
    "map.place": (input) => latest("map.place", lookOf(input)),
  };
}
