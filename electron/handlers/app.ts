import type { Handlers } from "./table";
import type { CallOutput } from "../../shared/ipc/contract";
import type { OpenedFiles } from "./opened-files";

type AppCall = "app.about" | "app.takeOpenedFiles" | "app.ready" | "app.settled" | "app.copyText";

/**
 * @param ready is called when the page is about to show something
 * @param settled is called when the page shows what it was asked to show
 * @param copyText puts text on the clipboard
 */
export function appHandlers(
  about: () => Promise<CallOutput<"app.about">>,
  opened: OpenedFiles,
  ready: () => void,
  settled: () => void,
  copyText: (text: string) => Promise<void>,
): Pick<Handlers, AppCall> {
  return {
    "app.about": about,
    "app.takeOpenedFiles": () => ({ paths: opened.take() }),
    "app.ready": ready,
    "app.settled": settled,
    "app.copyText": ({ text }) => copyText(text),
  };
}
