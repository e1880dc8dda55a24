import { create } from "zustand";
import type { Job } from "../../shared/model/job";
import { call } from "../api/client";

interface JobsState {
  /** In the order in which they were started. */
  readonly jobs: readonly Job[];
  load: () => Promise<void>;
  /** Takes in what the main process tells of one job. */
  changed: (job: Job) => void;
  /** The same for jobs that have only got further: the window shows that a few times a second, all at once. */
  advanced: (job: Job) => void;
  removed: (jobId: string) => void;
  cancel: (jobId: string) => Promise<void>;
  pause: (jobId: string) => Promise<void>;
  resume: (jobId: string) => Promise<void>;
  dismiss: (jobId: string) => Promise<void>;
}

/** Milliseconds between two pictures of how far jobs are. */
const PROGRESS_MS = 250;

/** Those that got further since the last one, by id. */
const further = new Map<string, Job>();

/** Whether the last one was shorter ago than that. */
let isFresh = false;

/** Long operations, running and ended. */
export const useJobs = create<JobsState>()((set) => ({
  jobs: [],
  load: async () => {
    set({ jobs: await call("jobs.list") });
  },
  changed: (job) => {
    further.delete(job.id);
    set(({ jobs }) => ({
      jobs: jobs.some(({ id }) => id === job.id)
        ? jobs.map((known) => (known.id === job.id ? job : known))
        : [...jobs, job],
    }));
  },
  advanced: (job) => {
    further.set(job.id, job);
    if (isFresh) return;
    const show = (): void => {
      isFresh = further.size > 0;
      if (!isFresh) return;
      const shown = new Map(further);
      further.clear();
      set(({ jobs }) => ({ jobs: jobs.map((known) => shown.get(known.id) ?? known) }));
      setTimeout(show, PROGRESS_MS);
    };
    show();
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

/** Whether what is told of a job is only that it got further than what is known of it. */
export function isProgress(job: Job, { jobs }: Pick<JobsState, "jobs">): boolean {
  const known = jobs.find(({ id }) => id === job.id);
  return job.state === "running" && known?.state === "running" && known.phase === job.phase;
}

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
