import { create } from "zustand";
import type { UnfinishedJob } from "../../shared/model/unfinished-job";
import { call } from "../api/client";
import { useConvert } from "./convert";

interface UnfinishedState {
  readonly jobs: readonly UnfinishedJob[];
  load: () => Promise<void>;
  /** Forgets one of them; with `remove`, removes the partial files that it left. */
  forget: (jobId: string, remove: boolean) => Promise<void>;
  /** Removes what one has left, and opens the convert dialog for its source. */
  again: (job: UnfinishedJob) => Promise<void>;
}

/** Conversions that had not ended when Lamina did. */
export const useUnfinished = create<UnfinishedState>()((set, get) => ({
  jobs: [],
  load: async () => {
    set({ jobs: await call("jobs.unfinished") });
  },
  forget: async (jobId, remove) => {
    await call("jobs.forgetUnfinished", { jobId, remove });
    set(({ jobs }) => ({ jobs: jobs.filter(({ id }) => id !== jobId) }));
  },
  again: async ({ id, source }) => {
    if (source === undefined) return;
    await get().forget(id, true);
    await useConvert.getState().begin([source]);
  },
}));
