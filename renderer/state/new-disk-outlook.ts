import { create } from "zustand";
import type { MeasuredSize } from "../../shared/model/measure";
import type { Failure } from "../../shared/model/report";
import { call, toFailure } from "../api/client";
import { useImages } from "./images";
import { measureQuestion, newDiskRequest, offeredSpaces } from "./new-disk-form";
import { useNewDisk } from "./new-disk";
import type { Space } from "./space-choices";

/** What one way to make the disk takes, or why there is no such disk. */
export type Measured =
  | { readonly state: "ready"; readonly size: MeasuredSize }
  | { readonly state: "failed"; readonly failure: Failure };

interface NewDiskOutlook {
  /** Of the form as it is; undefined until it is known. */
  readonly chosen: Measured | undefined;
  /** Of each way to give the disk its space. */
  readonly spaces: Readonly<Partial<Record<Space, Measured>>>;
  /** The same as a command line; empty until it is known. */
  readonly command: string;
  /** Looks again when the form has changed; call it after each change. */
  follow: () => void;
}

const nothing = { chosen: undefined, spaces: {}, command: "" };

/** Milliseconds that the form has to rest before it is asked about. */
const CALM_MS = 80;

/** What the form of the new disk comes to. */
export const useNewDiskOutlook = create<NewDiskOutlook>()((set) => {
  let asked = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Asks about the form as it is; the answer counts if nothing else has been asked meanwhile. */
  const look = async (key: string) => {
    const form = useNewDisk.getState();
    const question = measureQuestion(form);
    const request = newDiskRequest(form);
    if (question === undefined || request === undefined) return;
    const [sizes, line] = await Promise.allSettled([
      call("create.measure", question),
      call("create.commandLine", request),
    ]);
    if (asked !== key) return;
    const command = line.status === "fulfilled" ? line.value.command : "";
    if (sizes.status === "rejected") {
      const failure = toFailure(sizes.reason);
      set({ ...nothing, chosen: { state: "failed", failure }, command });
      return;
    }
    const [chosen, ...others] = sizes.value.map((one): Measured =>
      "size" in one
        ? { state: "ready", size: one.size }
        : { state: "failed", failure: one.failure },
    );
    const spaces = offeredSpaces(form).map(({ space }, nth) => [space, others[nth]] as const);
    set({ chosen, spaces: Object.fromEntries(spaces), command });
  };

  return {
    ...nothing,
    follow: () => {
      const form = useNewDisk.getState();
      const question = measureQuestion(form);
      const key = question === undefined ? "" : JSON.stringify([question, baseState(form.base)]);
      if (key === asked) return;
      asked = key;
      clearTimeout(timer);
      if (key === "") set(nothing);
      else timer = setTimeout(() => void look(key), CALM_MS);
    },
  };
});

/** What of the base matters: it may have been mended. */
function baseState(base: string | undefined): string | undefined {
  const view = useImages.getState().views[base ?? ""];
  return view?.state === "ready" ? view.report.broken?.failure.code : view?.state;
}
