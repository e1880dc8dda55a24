import { create } from "zustand";
import type { CallOutput } from "../../shared/ipc/contract";
import type { CheckResult } from "../../shared/model/check";
import type { FormatId } from "../../shared/model/format";
import type { Failure } from "../../shared/model/report";
import { call, toFailure } from "../api/client";
import { useImages } from "./images";

/** What the window knows of an image's consistency. */
export type HealthView =
  | { readonly state: "checking" }
  | { readonly state: "ready"; readonly result: CheckResult }
  | { readonly state: "failed"; readonly failure: Failure };

/** A repair that has ended. */
export interface Repaired extends CallOutput<"health.repair"> {
  /** The copy that was repaired; absent when it was the image itself. */
  readonly copy: string | undefined;
}

/** How much is repaired: leaked clusters only, or everything that can be. */
export type Repair = "leaks" | "all";

/** Formats in which something can be set right from what else the file holds. */
const repairable: ReadonlySet<FormatId> = new Set(["qcow2", "vmdk", "vpc", "vhdx"]);

/** Which repair the result of a check calls for; none where nothing is wrong, or nothing can be done. */
export function repairFor(result: CheckResult, format: FormatId): Repair | undefined {
  const { leaks, corruptions, checkErrors, dirty, corrupt } = result;
  const damaged = corruptions > 0 || checkErrors > 0;
  if ((damaged || dirty || corrupt) && repairable.has(format)) return "all";
  return leaks > 0 && !damaged ? "leaks" : undefined;
}

function callsForRepair(path: string, view: HealthView): boolean {
  const shown = useImages.getState().views[path];
  const format = shown?.state === "ready" ? shown.report.layers[0]?.format : undefined;
  return view.state === "ready" && format !== undefined && !!repairFor(view.result, format);
}

interface HealthState {
  readonly path: string | undefined;
  readonly view: HealthView;
  readonly repaired: Repaired | undefined;
  /** The repair that is asked for, of an image by its path; its dialog shows once the check has ended. */
  readonly asked: { readonly path: string; readonly mode: Repair } | undefined;
  askRepair: (asked: HealthState["asked"]) => void;
  /** Checks an image; what was known of it is forgotten. */
  check: (path: string) => Promise<void>;
  /** Gives the check up. */
  stop: () => Promise<void>;
  /** Repairs the image where it is, or a copy of it. */
  repair: (mode: Repair, copy?: string) => Promise<void>;
}

export const useHealth = create<HealthState>()((set, get) => {
  /** The number of the latest check: an older answer is not shown. */
  let latest = 0;
  return {
    path: undefined,
    view: { state: "checking" },
    repaired: undefined,
    asked: undefined,
    askRepair: (asked) => set({ asked }),
    check: async (path) => {
      const turn = (latest += 1);
      set({ path, view: { state: "checking" }, repaired: undefined });
      let view: HealthView;
      try {
        view = { state: "ready", result: await call("health.check", { path }) };
      } catch (error) {
        view = { state: "failed", failure: toFailure(error) };
      }
      if (turn !== latest) return;
      // Where there is nothing to repair, nobody is asked about it after the next check either.
      const over = get().asked?.path === path && !callsForRepair(path, view);
      set({ view, ...(over && { asked: undefined }) });
    },
    stop: () => call("health.stop"),
    repair: async (mode, copy) => {
      const { path } = get();
      if (path === undefined) return;
      const input = { path, mode, ...(copy !== undefined && { copyTo: copy }) };
      const result = await call("health.repair", input);
      if (copy === undefined) await useImages.getState().inspect(path);
      if (get().path !== path) return;
      const view: HealthView = { state: "ready", result: result.after };
      set({ repaired: { ...result, copy }, ...(copy === undefined && { view }) });
    },
  };
});
