import { stat } from "node:fs/promises";
import type { Handlers } from "./table";
import { FailureError } from "../failure";
import type { Journal } from "../jobs/journal";
import type { JobQueue } from "../jobs/queue";

type JobCall =
  | "jobs.list"
  | "jobs.cancel"
  | "jobs.pause"
  | "jobs.resume"
  | "jobs.dismiss"
  | "jobs.startDrag"
  | "jobs.unfinished"
  | "jobs.forgetUnfinished";

/** @param startDrag lets the desktop drag an existing file out of the window */
export function jobHandlers(
  queue: JobQueue,
  journal: Journal,
  startDrag: (path: string) => void,
): Pick<Handlers, JobCall> {
  return {
    "jobs.list": () => queue.list(),
    "jobs.cancel": ({ jobId }) => queue.cancel(jobId),
    "jobs.pause": ({ jobId }) => queue.pause(jobId),
    "jobs.resume": ({ jobId }) => queue.resume(jobId),
    "jobs.dismiss": ({ jobId }) => queue.dismiss(jobId),
    "jobs.startDrag": async ({ jobId }) => {
      const job = queue.list().find(({ id }) => id === jobId);
      if (job?.state !== "done") {
        const message = "Only the image of a finished conversion can be dragged.";
        throw new FailureError({ code: "invalid-argument", message });
      }
      const { target } = job;
      await stat(target).catch(() => {
        const message = `${target} is not there any more.`;
        throw new FailureError({ code: "missing-file", message, file: target });
      });
      startDrag(target);
    },
    "jobs.unfinished": () => journal.unfinished(),
    "jobs.forgetUnfinished": ({ jobId, remove }) => journal.forget(jobId, remove),
  };
}
