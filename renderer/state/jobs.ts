import { create } from "zustand";
import type { Job } from "../../shared/model/job";
import { call } from "../api/client";

interface JobsState {
  /** In the order in which they were started. */
  readonly jobs: readonly Job[];
  load: () => Promise<void>;
  /** Takes in what the main process tells of one job. */
  changed: (job: Job) => void;
  removed: (jobId: string) => void;
  cancel: (jobId: string) => Promise<void>;
  pause: (jobId: string) => Promise<void>;
  resume: (jobId: string) => Promise<void>;
  dismiss: (jobId: string) => Promise<void>;
}

/** Long operations, running and ended. */
export const useJobs = create<JobsState>()((set) => ({
  jobs: [],
  load: async () => {
    set({ jobs: await call("jobs.list") });
  },
  changed: (job) => {
    set(({ jobs }) => ({
      jobs: jobs.some(({ id }) => id === job.id)
        ? jobs.map((known) => (known.id === job.id ? job : known))
        : [...jobs, job],
    }));
  },
  removed: (jobId) => {
    set(({ jobs }) => ({ jobs: jobs.filter(({ id }) => id !== jobId) }));
  },
  cancel: async (jobId) => {
    await call("jobs.cancel", { jobId });
  },
  pause: async (jobId) => {
    await call("jobs.pause", { jobId });
  },
  resume: async (jobId) => {
    await call("jobs.resume", { jobId });
  },
  dismiss: async (jobId) => {
    await call("jobs.dismiss", { jobId });
  },
}));

/** Whether nothing more will happen to it. */
export function hasEnded(job: Job): boolean {
  return job.state === "done" || job.state === "failed" || job.state === "cancelled";
}

/** The job for the bar: the first that runs, else the one that ended last in the list. */
export function leadingJob(jobs: readonly Job[]): Job | undefined {
  return (
    jobs.find(({ state }) => state === "running") ??
    jobs.find((job) => !hasEnded(job)) ??
    jobs.at(-1)
  );
}
