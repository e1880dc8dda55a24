import { randomUUID } from "node:crypto";
import type { ConvertRequest, Job, JobRequest, JobResult } from "../../shared/model/job";
import { failureOf } from "../failure";
import type { JobEnd, JobRun } from "../workers/start-job";
import { createRunClock, type RunClock } from "./run-clock";
import { createSpeedMeter, secondsLeft, type SpeedMeter } from "./speed";

/** A conversion that went well. */
export interface FinishedJob {
  readonly id: string;
  readonly request: ConvertRequest;
  readonly result: JobResult;
  readonly command: string;
  readonly startedAt: Date;
  /** Time in which it was paused does not count. */
  readonly seconds: number;
}

/** What a queue does with a job, and whom it tells. */
export interface QueueParts {
  /** Starts a job; called when its turn has come. `jobId` marks its partial files. */
  start(request: JobRequest, jobId: string): JobRun;
  /** Keeps the receipt of a conversion; the answer is its id, or undefined when it could not be kept. Never rejects. */
  keepReceipt(finished: FinishedJob): Promise<string | undefined>;
  changed(job: Job): void;
  removed(jobId: string): void;
}

export interface JobQueue {
  /** Adds a job, which starts at once or when one before it has ended. */
  add(request: JobRequest, command: string): Job;
  /** Every job that was not dismissed, the oldest first. */
  list(): Job[];
  /** Cancels a job that has not ended; does nothing for another or an unknown one. */
  cancel(jobId: string): void;
  /** Holds a waiting or running job; while it is held another one may run. */
  pause(jobId: string): void;
  /** Lets a paused job go on when its turn comes. */
  resume(jobId: string): void;
  /** Lets those that run hold still for a moment, or no longer; their state stays "running". */
  holdStill(still: boolean): void;
  /** Takes an ended job off the list. */
  dismiss(jobId: string): void;
  /** Targets of the jobs that have not ended. */
  targets(): string[];
  /** Whether a job has not ended. */
  busy(): boolean;
  /** Cancels all; resolves when none runs any more. */
  cancelAll(): Promise<void>;
}

interface Entry {
  job: Job;
  readonly request: JobRequest;
  readonly clock: RunClock;
  meter: SpeedMeter;
  startedAt?: Date;
  run?: JobRun;
  /** Resolves when its end has been told. */
  finished?: Promise<void>;
}

/** More at once only get in each other's way on one disk. */
const AT_ONCE = 2;
const REPORT_MS = 100;

const UNENDED: ReadonlySet<Job["state"]> = new Set(["waiting", "running", "paused"]);

/** Keeps the jobs, runs two at a time, and tells of their progress at most ten times a second. */
export function createQueue(parts: QueueParts): JobQueue {
  const entries = new Map<string, Entry>();
  let timer: NodeJS.Timeout | undefined;

  const inState = (state: Job["state"]): Entry[] =>
    [...entries.values()].filter(({ job }) => job.state === state);
  const unended = (): Entry[] => [...entries.values()].filter(({ job }) => UNENDED.has(job.state));

  function update(entry: Entry, part: Partial<Job>): void {
    entry.job = { ...entry.job, ...part };
    parts.changed(entry.job);
  }

  /** Puts a job into a state in which it does not run: it has no speed. */
  function rest(entry: Entry, part: Partial<Job>): void {
    entry.clock.stop(performance.now());
    const { speed: _speed, secondsLeft: _secondsLeft, ...job } = entry.job;
    entry.job = { ...job, ...entry.run?.progress() };
    update(entry, part);
  }

  function startNext(): void {
    for (const entry of inState("waiting").slice(0, AT_ONCE - inState("running").length)) {
      start(entry);
    }
    if (inState("running").length === 0) {
      clearInterval(timer);
      timer = undefined;
    } else {
      timer ??= setInterval(reportProgress, REPORT_MS);
    }
  }

  function start(entry: Entry): void {
    try {
      if (entry.run) {
        entry.run.resume();
      } else {
        const run = parts.start(entry.request, entry.job.id);
        entry.run = run;
        entry.startedAt = new Date();
        entry.finished = run.ended.then((end) => finish(entry, end));
      }
      entry.clock.start(performance.now());
      update(entry, { state: "running" });
    } catch (error) {
      update(entry, { state: "failed", failure: failureOf(error) });
    }
  }

  async function finish(entry: Entry, end: JobEnd): Promise<void> {
    const receiptId = end.state === "done" ? await keep(entry, end.result) : undefined;
    rest(entry, { ...end, ...(receiptId !== undefined && { receiptId }) });
    delete entry.run;
    startNext();
  }

  async function keep({ job, request, clock, startedAt }: Entry, result: JobResult) {
    // An empty image is made of nothing that it could be held against.
    if (!("source" in request)) return undefined;
    const seconds = clock.elapsed(performance.now()) / 1000;
    const { id, command } = job;
    const began = startedAt ?? new Date();
    return parts.keepReceipt({ id, request, result, command, startedAt: began, seconds });
  }

  function reportProgress(): void {
    for (const entry of inState("running")) {
      if (entry.run === undefined) continue;
      const progress = entry.run.progress();
      // Another phase counts from nothing, and other bytes.
      if (progress.phase !== entry.job.phase) entry.meter = createSpeedMeter();
      const now = entry.clock.elapsed(performance.now());
      const { speed, steady } = entry.meter.note(progress.done, now);
      const left = secondsLeft(progress.done, progress.total, steady);
      const { speed: _speed, secondsLeft: _left, ...job } = entry.job;
      entry.job = job;
      update(entry, {
        ...progress,
        ...(speed !== undefined && { speed }),
        ...(left !== undefined && { secondsLeft: left }),
      });
    }
  }

  function cancel(entry: Entry): void {
    if (entry.run) entry.run.cancel();
    else if (UNENDED.has(entry.job.state)) update(entry, { state: "cancelled" });
  }

  return {
    add: (request, command) => {
      const { target, format } = request;
      const job: Job = {
        id: randomUUID(),
        ...("source" in request ? { kind: "convert", source: request.source } : { kind: "create" }),
        target,
        format,
        state: "waiting",
        phase: "copying",
        done: 0,
        total: 0,
        command,
      };
      const entry: Entry = { job, request, clock: createRunClock(), meter: createSpeedMeter() };
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
    pause: (jobId) => {
      const entry = entries.get(jobId);
      if (entry?.job.state !== "running" && entry?.job.state !== "waiting") return;
      entry.run?.pause();
      rest(entry, { state: "paused" });
      startNext();
    },
    resume: (jobId) => {
      const entry = entries.get(jobId);
      if (entry?.job.state !== "paused") return;
      update(entry, { state: "waiting" });
      startNext();
    },
    holdStill: (still) => {
      // Those that were paused meanwhile too: they go on one day.
      for (const { run } of entries.values()) run?.holdStill(still);
    },
    dismiss: (jobId) => {
      const entry = entries.get(jobId);
      if (entry === undefined || UNENDED.has(entry.job.state)) return;
      entries.delete(jobId);
      parts.removed(jobId);
    },
    targets: () => unended().map(({ request }) => request.target),
    busy: () => unended().length > 0,
    cancelAll: async () => {
      const ends = unended().flatMap(({ finished = [] }) => finished);
      for (const entry of unended()) cancel(entry);
      await Promise.all(ends);
    },
  };
}
