import { linkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createChanges } from "../../../electron/handlers/changes";
import type { Job } from "../../../shared/model/job";
import { tempFolder } from "../../helpers/temp-folder";
import { layer, report } from "../../renderer/reports";

function job(part: Partial<Job>): Job {
  return {
    id: "1",
    kind: "convert",
    source: "/none",
    target: "/new",
    format: "raw",
    state: "running",
    phase: "copying",
    done: 0,
    total: 0,
    command: "",
    ...part,
  };
}

/** Changes while these jobs are in the queue; `chains` are the files of an image, by its path. */
function setUp(jobs: Job[], chains: Record<string, string[]> = {}) {
  const inspector = {
    inspect: ({ path }: { path: string }) => {
      const files = chains[path];
      return files === undefined
        ? Promise.reject(new Error("cannot be opened"))
        : Promise.resolve(report(path, { layers: files.map((file) => layer(file)) }));
    },
  };
  return createChanges({ list: () => jobs }, inspector, { list: () => [] });
}

const done = () => Promise.resolve("done");
const inUse = { failure: { code: "in-use" } };

describe("changes of images", () => {
  it("run when nothing uses the image", async () => {
    const changes = setUp([job({ source: "/b" }), job({ source: "/a", state: "done" })]);
    expect(await changes.make("/a", done)).toBe("done");
  });

  it("are refused while a conversion reads or writes it", async () => {
    for (const state of ["waiting", "running", "paused"] as const) {
      await expect(setUp([job({ source: "/a", state })]).make("/a", done)).rejects.toMatchObject(
        inUse,
      );
      await expect(setUp([job({ target: "/a", state })]).make("/a", done)).rejects.toMatchObject(
        inUse,
      );
    }
  });

  it("are refused for a base of what is read, and under another name", async () => {
    const folder = tempFolder();
    const [base, twin] = [join(folder, "base"), join(folder, "twin")];
    writeFileSync(base, "");
    linkSync(base, twin);
    const changes = setUp([job({ source: "/top" })], { "/top": ["/top", base] });
    await expect(changes.make(twin, done)).rejects.toMatchObject(inUse);
    expect(await changes.make(join(folder, "other"), done)).toBe("done");
  });

  it("run one at a time, and again after a failure", async () => {
    const changes = setUp([]);
    let end = () => {};
    const first = changes.make("/a", () => new Promise<void>((ended) => (end = ended)));
    await expect(changes.make("/a", done)).rejects.toMatchObject(inUse);
    expect(await changes.make("/b", done)).toBe("done");
    await Promise.resolve();
    end();
    await first;
    const failing = () => Promise.reject(new Error("no"));
    await expect(changes.make("/a", failing)).rejects.toThrow("no");
    expect(await changes.make("/a", done)).toBe("done");
  });

  it("are asked to end, and waited for", async () => {
    const changes = setUp([]);
    expect(changes.busy()).toBe(false);
    const heeding = changes.make("/a", async (control) => {
      while (!control.cancelled) await wait(5);
      throw new Error("cancelled");
    });
    let end = () => {};
    const heedless = changes.make("/b", () => new Promise<void>((ended) => (end = ended)));
    while (!changes.busy()) await wait(5);
    let stopped = false;
    const stop = changes.stopAll().then(() => (stopped = true));
    await expect(heeding).rejects.toThrow("cancelled");
    expect([stopped, changes.busy()]).toEqual([false, true]);
    end();
    await Promise.all([heedless, stop]);
    expect(changes.busy()).toBe(false);
  });
});
