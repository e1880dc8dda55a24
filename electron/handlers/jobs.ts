import type { Handlers } from "./table";
import type { JobQueue } from "../jobs/queue";

type JobCall = "jobs.list" | "jobs.cancel" | "jobs.pause" | "jobs.resume" | "jobs.dismiss";

export function jobHandlers(queue: JobQueue): Pick<Handlers, JobCall> {
  return {
    "jobs.list": () => queue.list(),
    "jobs.cancel": ({ jobId }) => queue.cancel(jobId),
    "jobs.pause": ({ jobId }) => queue.pause(jobId),
    "jobs.resume": ({ jobId }) => queue.resume(jobId),
    "jobs.dismiss": ({ jobId }) => queue.dismiss(jobId),
  };
}
