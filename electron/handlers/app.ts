import type { Handlers } from "./table";
import type { CallOutput } from "../../shared/ipc/contract";
import type { OpenedFiles } from "./opened-files";

type AppCall = "app.about" | "app.takeOpenedFiles" | "app.settled";

/** @param settled is called when the page shows what it was asked to show */
export function appHandlers(
  about: () => Promise<CallOutput<"app.about">>,
  opened: OpenedFiles,
  settled: () => void,
): Pick<Handlers, AppCall> {
  return {
    "app.about": about,
    "app.takeOpenedFiles": () => ({ paths: opened.take() }),
    "app.settled": settled,
  };
}
