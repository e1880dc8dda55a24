import { create } from "zustand";
import type { CallOutput } from "../../shared/ipc/contract";
import type { CheckResult } from "../../shared/model/check";
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

interface HealthState {
  readonly path: string | undefined;
  readonly view: HealthView;
  readonly repaired: Repaired | undefined;
  /** Checks an image; what was known of it is forgotten. */
  check: (path: string) => Promise<void>;
  /** Gives the check up. */
  stop: () => Promise<void>;
  /** Repairs the image where it is, or a copy of it. */
  repair: (mode: "leaks" | "all", copy?: string) => Promise<void>;
}

export const useHealth = create<HealthState>()((set, get) => {
  /** The number of the latest check: an older answer is not shown. */
  let latest = 0;
  return {
    path: undefined,
    view: { state: "checking" },
    repaired: undefined,
    check: async (path) => {
      const turn = (latest += 1);
      set({ path, view: { state: "checking" }, repaired: undefined });
      let view: HealthView;
      try {
        view = { state: "ready", result: await call("health.check", { path }) };
      } catch (error) {
        view = { state: "failed", failure: toFailure(error) };
      }
      if (turn === latest) set({ view });
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
