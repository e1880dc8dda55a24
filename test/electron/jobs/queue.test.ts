import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ImageError } from "../../../electron/engine";
import { createQueue, type FinishedJob } from "../../../electron/jobs/queue";
import type { JobEnd, JobRun } from "../../../electron/workers/start-job";
import type { ConvertRequest, Job } from "../../../shared/model/job";

/** A conversion that runs nowhere: the test moves it. */
interface FakeRun extends JobRun {
  readonly request: ConvertRequest;
  readonly cancelled: boolean;
  /** What it was told, in order. */
  readonly held: readonly string[];
  move(done: number, total: number, phase?: Job["phase"]): void;
  end(end: JobEnd): Promise<void>;
}

function fakeRun(request: ConvertRequest): FakeRun {
  let progress: ReturnType<JobRun["progress"]> = { phase: "copying", done: 0, total: 0 };
  let cancelled = false;
  const held: string[] = [];
  let resolve: (end: JobEnd) => void = () => {};
  const ended = new Promise<JobEnd>((done) => {
    resolve = done;
  });
  return {
    request,
    ended,
    get cancelled() {
      return cancelled;
    },
    progress: () => progress,
    cancel: () => {
      cancelled = true;
    },
    held,
    pause: () => void held.push("pause"),
    resume: () => void held.push("resume"),
    holdStill: (still) => void held.push(still ? "still" : "go on"),
    move: (done, total, phase = "copying") => {
      progress = { phase, done, total };
    },
    end: async (end) => {
      resolve(end);
      await ended;
      // A receipt is written before the end is told.
      await new Promise((next) => setImmediate(next));
    },
  };
}

function setUp() {
  const runs: FakeRun[] = [];
  const told: Job[] = [];
  const kept: FinishedJob[] = [];
  const removed: string[] = [];
  const queue = createQueue({
    start: (request: ConvertRequest) => {
      if (request.source === "/unstartable") throw new ImageError("io", "No more threads.");
      const run = fakeRun(request);
      runs.push(run);
      return run;
    },
    keepReceipt: (finished) => {
      kept.push(finished);
      return Promise.resolve(finished.request.source === "/unkept" ? undefined : finished.id);
    },
    changed: (job) => told.push(job),
    removed: (jobId) => removed.push(jobId),
  });
  return { queue, runs, told, kept, removed };
}

const requestFor = (source: string): ConvertRequest => ({
  source,
  target: `${source}.qcow2`,
  format: "qcow2",
  options: {},
  compress: false,
  replace: false,
  verify: true,
});
const done = {
  state: "done" as const,
  result: { virtualSize: 20, fileLength: 10, sources: [] },
} satisfies JobEnd;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("job queue", () => {
  it("runs two at once and the next when one has ended", async () => {
    const { queue, runs } = setUp();
    for (const name of ["/a", "/b", "/c", "/d"]) queue.add(requestFor(name), "");
    expect(queue.list().map(({ state }) => state)).toEqual([
      "running",
      "running",
      "waiting",
      "waiting",
    ]);
    await runs[1]?.end(done);
    expect(queue.list().map(({ state }) => state)).toEqual([
      "running",
      "done",
      "running",
      "waiting",
    ]);
    expect(runs.map(({ request }) => request.source)).toEqual(["/a", "/b", "/c"]);
    expect(queue.targets()).toEqual(["/a.qcow2", "/c.qcow2", "/d.qcow2"]);
  });

  it("lets its jobs hold still for a moment, and forgets none that was paused meanwhile", () => {
    const { queue, runs } = setUp();
    const { id } = queue.add(requestFor("/a"), "");
    queue.holdStill(true);
    queue.pause(id);
    queue.holdStill(false);
    expect(runs[0]?.held).toEqual(["still", "pause", "go on"]);
    expect(queue.list()[0]?.state).toBe("paused");
  });

  it("tells of progress at most ten times a second, and only of what changed", () => {
    const { queue, runs, told } = setUp();
    queue.add(requestFor("/a"), "lamina convert …");
    told.length = 0;
    for (let step = 1; step <= 1000; step++) {
      runs[0]?.move(step * 1000, 2_000_000);
      vi.advanceTimersByTime(1);
    }
    expect(told).toHaveLength(10);
    expect(told.at(-1)).toMatchObject({ state: "running", done: 1_000_000, total: 2_000_000 });
    told.length = 0;
    vi.advanceTimersByTime(300);
    expect(told.filter(({ done: bytes }) => bytes !== 1_000_000)).toEqual([]);
  });

  it("works out speed and time left", () => {
    const { queue, runs } = setUp();
    queue.add(requestFor("/a"), "");
    for (let step = 0; step <= 30; step++) {
      runs[0]?.move(step * 100, 10_000);
      vi.advanceTimersByTime(100);
    }
    const [job] = queue.list();
    expect(job?.speed).toBeGreaterThan(900);
    expect(job?.speed).toBeLessThan(1100);
    expect(job?.secondsLeft).toBeCloseTo((10_000 - 3000) / 1000, 0);
  });

  it("always tells the last progress, with the result and without a speed", async () => {
    const { queue, runs, told } = setUp();
    const { id } = queue.add(requestFor("/a"), "");
    runs[0]?.move(40, 100);
    vi.advanceTimersByTime(2000);
    runs[0]?.move(100, 100);
    await runs[0]?.end(done);
    expect(told.at(-1)).toEqual({
      id,
      kind: "convert",
      source: "/a",
      target: "/a.qcow2",
      format: "qcow2",
      command: "",
      state: "done",
      phase: "copying",
      receiptId: id,
      done: 100,
      total: 100,
      result: { virtualSize: 20, fileLength: 10, sources: [] },
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("tells why a job failed, and goes on", async () => {
    const { queue, runs } = setUp();
    for (const name of ["/a", "/unstartable", "/b"]) queue.add(requestFor(name), "");
    expect(queue.list()[1]).toMatchObject({
      state: "failed",
      failure: { code: "io", message: "No more threads." },
    });
    const failure = { code: "corrupt-data", message: "Broken." };
    await runs[0]?.end({ state: "failed", failure });
    expect(queue.list()[0]).toMatchObject({ state: "failed", failure });
    expect(queue.list()[2]?.state).toBe("running");
  });

  it("cancels a running job through its run, a waiting one at once", async () => {
    const { queue, runs } = setUp();
    const jobs = ["/a", "/b", "/c"].map((name) => queue.add(requestFor(name), ""));
    queue.cancel(jobs[2]?.id ?? "");
    expect(queue.list()[2]?.state).toBe("cancelled");
    queue.cancel(jobs[0]?.id ?? "");
    expect(runs[0]?.cancelled).toBe(true);
    expect(queue.list()[0]?.state).toBe("running");
    await runs[0]?.end({ state: "cancelled" });
    expect(queue.list()[0]?.state).toBe("cancelled");
    expect(runs).toHaveLength(2);
    queue.cancel(jobs[0]?.id ?? "");
    queue.cancel("no such job");
    expect(queue.list()[0]?.state).toBe("cancelled");
  });

  it("lets only ended jobs be dismissed", async () => {
    const { queue, runs, removed } = setUp();
    const { id } = queue.add(requestFor("/a"), "");
    queue.dismiss(id);
    expect(queue.list()).toHaveLength(1);
    await runs[0]?.end(done);
    queue.dismiss(id);
    queue.dismiss(id);
    expect(queue.list()).toEqual([]);
    expect(removed).toEqual([id]);
  });

  it("holds a paused job, and lets another run meanwhile", async () => {
    const { queue, runs } = setUp();
    const [a, , c] = ["/a", "/b", "/c"].map((name) => queue.add(requestFor(name), "").id);
    const states = () => queue.list().map(({ state }) => state);
    queue.pause(a!);
    expect(runs[0]?.held).toEqual(["pause"]);
    expect(states()).toEqual(["paused", "running", "running"]);
    queue.pause(a!);
    queue.resume(a!);
    // Both places are taken: it goes on when one is free.
    expect(runs[0]?.held).toEqual(["pause"]);
    expect(states()).toEqual(["waiting", "running", "running"]);
    await runs[1]?.end(done);
    expect(runs[0]?.held).toEqual(["pause", "resume"]);
    expect(states()).toEqual(["running", "done", "running"]);
    expect(runs).toHaveLength(3);
    queue.resume(c!);
    expect(runs[2]?.held).toEqual([]);
    await runs[0]?.end(done);
    queue.pause(a!);
    queue.resume("no such job");
    expect(states()).toEqual(["done", "done", "running"]);
  });

  it("holds a job that has not begun, which begins when it is resumed", () => {
    const { queue, runs } = setUp();
    const ids = ["/a", "/b", "/c"].map((name) => queue.add(requestFor(name), "").id);
    queue.pause(ids[2]!);
    queue.pause(ids[0]!);
    expect(runs).toHaveLength(2);
    queue.resume(ids[2]!);
    expect(runs.map(({ request }) => request.source)).toEqual(["/a", "/b", "/c"]);
    expect(queue.targets()).toHaveLength(3);
  });

  it("cancels a paused job, and all with it", async () => {
    const { queue, runs } = setUp();
    const ids = ["/a", "/b", "/c", "/d"].map((name) => queue.add(requestFor(name), "").id);
    queue.pause(ids[0]!);
    queue.pause(ids[3]!);
    queue.cancel(ids[0]!);
    expect(runs[0]?.cancelled).toBe(true);
    await runs[0]?.end({ state: "cancelled" });
    expect(queue.list()[0]?.state).toBe("cancelled");
    queue.pause(ids[1]!);
    const stopping = queue.cancelAll();
    expect(queue.list()[3]?.state).toBe("cancelled");
    for (const run of runs.slice(1)) await run.end({ state: "cancelled" });
    await stopping;
    expect(queue.busy()).toBe(false);
  });

  it("does not count the pause, neither in the speed nor in the receipt", async () => {
    const { queue, runs, kept } = setUp();
    const { id } = queue.add(requestFor("/a"), "lamina convert …");
    let bytes = 0;
    const run = (steps: number) => {
      for (let step = 0; step < steps; step++) {
        runs[0]?.move((bytes += 100), 20_000);
        vi.advanceTimersByTime(100);
      }
    };
    run(30);
    queue.pause(id);
    expect(queue.list()[0]).not.toHaveProperty("speed");
    expect(queue.list()[0]).not.toHaveProperty("secondsLeft");
    vi.advanceTimersByTime(60_000);
    queue.resume(id);
    run(5);
    expect(queue.list()[0]?.speed).toBeGreaterThan(900);
    expect(queue.list()[0]?.speed).toBeLessThan(1100);
    await runs[0]?.end(done);
    expect(kept).toMatchObject([{ id, command: "lamina convert …", result: done.result }]);
    expect(kept[0]?.seconds).toBeCloseTo(3.5, 1);
  });

  it("begins anew to measure when it begins to verify", () => {
    const { queue, runs } = setUp();
    queue.add(requestFor("/a"), "");
    runs[0]?.move(5000, 5000);
    vi.advanceTimersByTime(2000);
    runs[0]?.move(10, 10_000, "verifying");
    vi.advanceTimersByTime(200);
    expect(queue.list()[0]).toMatchObject({ phase: "verifying", done: 10 });
    expect(queue.list()[0]).not.toHaveProperty("speed");
  });

  it("names no receipt that could not be kept, and none of a job that failed", async () => {
    const { queue, runs, kept } = setUp();
    for (const name of ["/unkept", "/b"]) queue.add(requestFor(name), "");
    await runs[0]?.end(done);
    await runs[1]?.end({ state: "failed", failure: { code: "io", message: "No." } });
    expect(queue.list().map(({ receiptId }) => receiptId)).toEqual([undefined, undefined]);
    expect(kept).toHaveLength(1);
  });

  it("cancels all and waits until none runs", async () => {
    const { queue, runs } = setUp();
    for (const name of ["/a", "/b", "/c"]) queue.add(requestFor(name), "");
    expect(queue.busy()).toBe(true);
    let stopped = false;
    const stopping = queue.cancelAll().then(() => {
      stopped = true;
    });
    await runs[0]?.end({ state: "cancelled" });
    expect(stopped).toBe(false);
    await runs[1]?.end({ state: "cancelled" });
    await stopping;
    expect(queue.list().map(({ state }) => state)).toEqual(["cancelled", "cancelled", "cancelled"]);
    expect(queue.busy()).toBe(false);
    expect(runs).toHaveLength(2);
  });
});
