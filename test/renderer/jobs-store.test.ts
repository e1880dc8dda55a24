import { beforeEach, describe, expect, it, vi } from "vitest";
import { hasEnded, isProgress, leadingJob, useJobs } from "../../renderer/state/jobs";
import { useImages } from "../../renderer/state/images";
import { useView } from "../../renderer/state/view";
import { start } from "../../renderer/start";
import type { Job } from "../../shared/model/job";
import { fakeBridge } from "./fake-bridge";
import { report } from "./reports";
import { settingsDefaults } from "../../shared/model/settings";
import { eventually } from "../helpers/eventually";

function job(id: string, state: Job["state"], changes: Partial<Job> = {}): Job {
  return {
    id,
    kind: "convert",
    source: "/a.img",
    target: "/a.qcow2",
    format: "qcow2",
    state,
    phase: "copying",
    done: 0,
    total: 0,
    command: "lamina convert",
    ...changes,
  };
}

const ids = () => useJobs.getState().jobs.map(({ id }) => id);

beforeEach(() => {
  vi.unstubAllGlobals();
  useJobs.setState(useJobs.getInitialState(), true);
  useImages.setState(useImages.getInitialState(), true);
  useView.setState(useView.getInitialState(), true);
});

describe("the list of jobs", () => {
  it("keeps its order while jobs change", () => {
    const { changed, removed } = useJobs.getState();
    for (const id of ["1", "2", "3"]) changed(job(id, "running"));
    changed(job("2", "running", { done: 5, total: 10 }));
    expect(ids()).toEqual(["1", "2", "3"]);
    expect(useJobs.getState().jobs[1]).toMatchObject({ done: 5, total: 10 });
    removed("2");
    expect(ids()).toEqual(["1", "3"]);
  });

  it("knows which have ended", () => {
    const states = ["waiting", "running", "done", "failed", "cancelled"] as const;
    expect(states.filter((state) => hasEnded(job("1", state)))).toEqual([
      "done",
      "failed",
      "cancelled",
    ]);
  });

  it("puts a running job at the head, then a waiting one, then the last that ended", () => {
    const done = job("done", "done");
    const failed = job("failed", "failed");
    const waiting = job("waiting", "waiting");
    const running = job("running", "running");
    expect(leadingJob([waiting, done, running])).toBe(running);
    expect(leadingJob([done, waiting, failed])).toBe(waiting);
    expect(leadingJob([done, failed])).toBe(failed);
    expect(leadingJob([])).toBeUndefined();
  });
});

describe("starting", () => {
  it("hears jobs, and looks again into an image that a job has replaced", async () => {
    const inspected: string[] = [];
    const { emit } = fakeBridge({
      "app.takeOpenedFiles": () => ({ paths: [] }),
      "jobs.list": () => [job("1", "running")],
      "image.inspect": ({ path }) => {
        inspected.push(path);
        return report(path);
      },
    });
    await start(Promise.resolve());
    expect(useView.getState().started).toBe(true);
    await eventually(() => expect(ids()).toEqual(["1"]));
    await useImages.getState().inspect("/a.qcow2");
    emit("jobs.changed", job("1", "done"));
    emit("jobs.changed", job("2", "done", { target: "/never-opened.qcow2" }));
    await eventually(() => expect(inspected).toEqual(["/a.qcow2", "/a.qcow2"]));
    emit("jobs.removed", { jobId: "1" });
    expect(ids()).toEqual(["2"]);
  });

  it("opens what it was started with, and what comes later", async () => {
    const waiting = [["/first.img"], ["/second.img"]];
    const { emit } = fakeBridge({
      "app.takeOpenedFiles": () => ({ paths: waiting.shift() ?? [] }),
      "library.kinds": ({ paths }) => ({ folders: [], files: paths }),
      "jobs.list": () => [],
      "image.inspect": ({ path }) => report(path),
      "recent.add": ({ paths }) => ({ ...settingsDefaults, recent: paths }),
    });
    await start(Promise.resolve());
    await eventually(() => expect(useImages.getState().shown).toBe("/first.img"));
    emit("app.filesOpened", undefined);
    await eventually(() => expect(useImages.getState().shown).toBe("/second.img"));
  });

  it("tells a failure as a notice and still counts as started", async () => {
    fakeBridge({ "jobs.list": () => [] });
    await expect(start(Promise.resolve())).rejects.toThrow("app.takeOpenedFiles is not expected");
    expect(useView.getState().started).toBe(true);
  });
});

describe("how far jobs are", () => {
  it("is shown at once, then for all together, a few times a second", () => {
    vi.useFakeTimers();
    const { changed, advanced } = useJobs.getState();
    for (const id of ["1", "2"]) changed(job(id, "running"));
    const heard = vi.fn<() => void>();
    const stop = useJobs.subscribe(heard);
    for (const done of [1, 2, 3])
      for (const id of ["1", "2"]) advanced(job(id, "running", { done }));
    const shown = (): (number | undefined)[] => useJobs.getState().jobs.map(({ done }) => done);
    expect(heard).toHaveBeenCalledTimes(1);
    expect(shown()[0]).toBe(1);
    vi.advanceTimersByTime(249);
    expect(heard).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(heard).toHaveBeenCalledTimes(2);
    expect(shown()).toEqual([3, 3]);
    vi.runAllTimers();
    expect(heard).toHaveBeenCalledTimes(2);
    stop();
    vi.useRealTimers();
  });

  it("does not come after the end", () => {
    vi.useFakeTimers();
    const { changed, advanced } = useJobs.getState();
    changed(job("1", "running"));
    for (const done of [4, 5]) advanced(job("1", "running", { done }));
    changed(job("1", "done"));
    vi.runAllTimers();
    expect(useJobs.getState().jobs[0]?.state).toBe("done");
    vi.useRealTimers();
  });

  it("is all that is new only while the job runs, in the same phase", () => {
    const jobs = [job("1", "running"), job("2", "paused")];
    expect(isProgress(job("1", "running", { done: 1 }), { jobs })).toBe(true);
    expect(isProgress(job("1", "running", { phase: "verifying" }), { jobs })).toBe(false);
    expect(isProgress(job("1", "done"), { jobs })).toBe(false);
    expect(isProgress(job("2", "running"), { jobs })).toBe(false);
    expect(isProgress(job("3", "running"), { jobs })).toBe(false);
  });
});
