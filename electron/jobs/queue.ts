import { randomUUID } from "node:crypto";
import type { ConvertRequest, Job } from "../../shared/model/job";
import { failureOf } from "../failure";
import type { JobEnd, JobRun } from "../workers/start-job";
import { createSpeedMeter, secondsLeft, type SpeedMeter } from "./speed";

/** What a queue does with a conversion, and whom it tells. */
export interface QueueParts {
  /** Starts a conversion; called when its turn has come. */
  start(request: ConvertRequest): JobRun;
  changed(job: Job): void;
  removed(jobId: string): void;
}

export interface JobQueue {
  /** Adds a conversion, which starts at once or when one before it has ended. */
  add(request: ConvertRequest, command: string): Job;
  /** Every job that was not dismissed, the oldest first. */
  list(): Job[];
  /** Cancels a waiting or running job; does nothing for an ended or unknown one. */
  cancel(jobId: string): void;
  /** Takes an ended job off the list. */
  dismiss(jobId: string): void;
  /** Targets of the jobs that wait or run. */
  targets(): string[];
  /** Whether a job waits or runs. */
  busy(): boolean;
  /** Cancels all; resolves when none runs any more. */
  cancelAll(): Promise<void>;
}

interface Entry {
  job: Job;
  readonly request: ConvertRequest;
  readonly meter: SpeedMeter;
  run?: JobRun;
}

/** More at once only get in each other's way on one disk. */
const AT_ONCE = 2;
const REPORT_MS = 100;

/** Keeps the jobs, runs two at a time, and tells of their progress at most ten times a second. */
export function createQueue(parts: QueueParts): JobQueue {
  const entries = new Map<string, Entry>();
  let timer: NodeJS.Timeout | undefined;

  function active(state?: Job["state"]): Entry[] {
    return [...entries.values()].filter(({ job }) =>
      state === undefined
        ? job.state === "waiting" || job.state === "running"
        : job.state === state,
    );
  }

  function update(entry: Entry, part: Partial<Job>): void {
    entry.job = { ...entry.job, ...part };
    parts.changed(entry.job);
  }

  function startNext(): void {
    for (const entry of active("waiting").slice(0, AT_ONCE - active("running").length)) {
      start(entry);
    }
    if (active("running").length === 0) {
      clearInterval(timer);
      timer = undefined;
    } else {
      timer ??= setInterval(reportProgress, REPORT_MS);
    }
  }

  function start(entry: Entry): void {
    try {
      const run = parts.start(entry.request);
      entry.run = run;
      void run.ended.then((end) => finish(entry, end));
      update(entry, { state: "running" });
    } catch (error) {
      update(entry, { state: "failed", failure: failureOf(error) });
    }
  }

  function finish(entry: Entry, end: JobEnd): void {
    const { speed: _speed, secondsLeft: _secondsLeft, ...job } = entry.job;
    entry.job = { ...job, ...entry.run?.progress() };
    delete entry.run;
    update(entry, end);
    startNext();
  }

  function reportProgress(): void {
    for (const entry of active("running")) {
      const progress = entry.run?.progress() ?? { done: 0, total: 0 };
      const speed = entry.meter.note(progress.done, performance.now());
      const left = secondsLeft(progress.done, progress.total, speed);
      if (progress.done === entry.job.done && progress.total === entry.job.total) {
        if (speed === entry.job.speed) continue;
      }
      update(entry, {
        ...progress,
        ...(speed !== undefined && { speed }),
        ...(left !== undefined && { secondsLeft: left }),
      });
    }
  }

  function cancel(entry: Entry): void {
    if (entry.job.state === "waiting") update(entry, { state: "cancelled" });
    else entry.run?.cancel();
  }

  return {
    add: (request, command) => {
      const { source, target, format } = request;
      const job: Job = {
        id: randomUUID(),
        kind: "convert",
        source,
        target,
        format,
        state: "waiting",
        done: 0,
        total: 0,
        command,
      };
      const entry: Entry = { job, request, meter: createSpeedMeter() };
      entries.set(job.id, entry);
      parts.changed(job);
      startNext();
      return entry.job;
    },
    list: () => [...entries.values()].map(({ job }) => job),
    cancel: (jobId) => {
      const entry = entries.get(jobId);
      if (entry !== undefined) cancel(entry);
    },
    dismiss: (jobId) => {
      const entry = entries.get(jobId);
      if (entry === undefined || active().includes(entry)) return;
      entries.delete(jobId);
      parts.removed(jobId);
    },
    targets: () => active().map(({ request }) => request.target),
    busy: () => active().length > 0,
    cancelAll: async () => {
      const runs = active("running").flatMap(({ run }) => (run === undefined ? [] : [run.ended]));
      for (const entry of active()) cancel(entry);
      await Promise.all(runs);
    },
  };
}
