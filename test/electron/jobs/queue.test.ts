import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ImageError } from "../../../electron/engine";
import { createQueue } from "../../../electron/jobs/queue";
import type { JobEnd, JobRun } from "../../../electron/workers/start-job";
import type { ConvertRequest, Job } from "../../../shared/model/job";

/** A conversion that runs nowhere: the test moves it. */
interface FakeRun extends JobRun {
  readonly request: ConvertRequest;
  readonly cancelled: boolean;
  move(done: number, total: number): void;
  end(end: JobEnd): Promise<void>;
}

function fakeRun(request: ConvertRequest): FakeRun {
  let progress = { done: 0, total: 0 };
  let cancelled = false;
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
    move: (done, total) => {
      progress = { done, total };
    },
    end: async (end) => {
      resolve(end);
      await ended;
    },
  };
}

function setUp() {
  const runs: FakeRun[] = [];
  const told: Job[] = [];
  const removed: string[] = [];
  const queue = createQueue({
    start: (request) => {
      if (request.source === "/unstartable") throw new ImageError("io", "No more threads.");
      const run = fakeRun(request);
      runs.push(run);
      return run;
    },
    changed: (job) => told.push(job),
    removed: (jobId) => removed.push(jobId),
  });
  return { queue, runs, told, removed };
}

const requestFor = (source: string): ConvertRequest => ({
  source,
  target: `${source}.qcow2`,
  format: "qcow2",
  options: {},
  compress: false,
  replace: false,
});
const done: JobEnd = { state: "done", result: { fileLength: 10 } };

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
    expect(job?.secondsLeft).toBeCloseTo((10_000 - 3000) / (job?.speed ?? 0), 5);
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
      done: 100,
      total: 100,
      result: { fileLength: 10 },
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
