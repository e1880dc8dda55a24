import { create } from "zustand";
import type { CallOutput, EventPayload } from "../../shared/ipc/contract";
import type { ChangeOutlook, ImageChange } from "../../shared/model/change";
import type { Failure } from "../../shared/model/report";
import { call, toFailure } from "../api/client";
import { useImages } from "./images";

/** What the window knows of what a change would do. */
export type OutlookView =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly outlook: ChangeOutlook }
  | { readonly state: "failed"; readonly failure: Failure };

interface ChangeState {
  /** What is asked for; absent while no dialog is open. */
  readonly change: ImageChange | undefined;
  readonly view: OutlookView;
  readonly stage: "asking" | "running" | "done";
  /** Of what runs, in bytes; `total` is 0 until known. */
  readonly progress: { readonly done: number; readonly total: number };
  /** Why the change did not come to its end. */
  readonly failure: Failure | undefined;
  /** How the written files looked afterwards. */
  readonly checks: readonly CallOutput<"change.start">["checks"][number][];
  /** Whether the dialog has made room for the page while the change runs. */
  readonly hidden: boolean;
  /** Whether the user has said yes to what is refused otherwise. */
  readonly agreed: boolean;
  agree: (agreed: boolean) => void;
  /** Opens the dialog, or asks for another change in it, and finds out what that would do. */
  ask: (change: ImageChange) => Promise<void>;
  /** Makes the change, with the yes where one is needed. */
  start: () => Promise<void>;
  /** Cancels what runs. */
  stop: () => Promise<void>;
  hide: (hidden: boolean) => void;
  close: () => void;
  progressed: (progress: EventPayload<"change.progress">) => void;
}

const nothing = {
  view: { state: "loading" },
  stage: "asking",
  progress: { done: 0, total: 0 },
  failure: undefined,
  checks: [],
  hidden: false,
  agreed: false,
} as const;

/** One change of an image in place at a time: asked for, looked at, made. */
export const useChange = create<ChangeState>()((set, get) => ({
  change: undefined,
  ...nothing,
  agree: (agreed) => set({ agreed }),
  ask: async (change) => {
    const { change: before, stage } = get();
    // What runs is shown instead of being forgotten.
    if (stage === "running") return set({ hidden: false });
    // At once: a choice that shows only when an answer has come looks as if it had not been made.
    set({ change, ...nothing });
    let view: OutlookView;
    try {
      if (before !== undefined) await call("change.stop", { path: before.path });
      if (get().change !== change) return;
      view = { state: "ready", outlook: await call("change.outlook", { change }) };
    } catch (error) {
      view = { state: "failed", failure: toFailure(error) };
    }
    if (get().change === change) set({ view });
  },
  start: async () => {
    const { change, stage, view, agreed } = get();
    if (change === undefined || stage === "running" || view.state !== "ready") return;
    const force = agreed && needsConsent(change, view.outlook);
    set({ stage: "running", failure: undefined, progress: nothing.progress });
    try {
      const { checks } = await call("change.start", { change, force });
      set({ stage: "done", checks });
    } catch (error) {
      set({ stage: "asking", hidden: false, failure: toFailure(error) });
    } finally {
      // Also what was given up half-way has written.
      const { views, inspect } = useImages.getState();
      await Promise.all(Object.keys(views).map((path) => inspect(path)));
    }
  },
  stop: async () => {
    const { change } = get();
    if (change !== undefined) await call("change.stop", { path: change.path });
  },
  hide: (hidden) => set({ hidden }),
  close: () => {
    const { change, stage, view } = get();
    if (stage === "running") return set({ hidden: true });
    if (change !== undefined && view.state === "loading")
      void call("change.stop", { path: change.path }).catch(() => {});
    set({ change: undefined, ...nothing });
  },
  progressed: ({ path, done, total }) => {
    if (get().change?.path === path) set({ progress: { done, total } });
  },
}));

/** Whether the user has to say yes to what the change would ruin. */
export function needsConsent(change: ImageChange, outlook: ChangeOutlook): boolean {
  return (
    outlook.changedSnapshots.length > 0 ||
    outlook.dependents.length > 0 ||
    (change.kind === "resize" && outlook.lost !== undefined && outlook.undo === "impossible")
  );
}
