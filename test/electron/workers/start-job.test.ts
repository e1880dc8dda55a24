import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startJob } from "../../../electron/workers/start-job";
import { tempFolder } from "../../helpers/temp-folder";

/** Runs a thread of these lines; it has `order`, `reply`, and the control's counters and words. */
function run(lines: string, patience?: number) {
  const file = join(tempFolder(), "job.mjs");
  writeFileSync(
    file,
    `import { parentPort, workerData as order } from "node:worker_threads";
     const reply = (message) => parentPort.postMessage(message);
     const cancelled = () => new Int32Array(order.control).some((word, at) => at >= 4 && word !== 0);
     const counters = new BigInt64Array(order.control, 0, 2);
     ${lines}`,
  );
  const request = {
    source: "/a.raw",
    target: "/a.qcow2",
    format: "qcow2",
    options: {},
    compress: false,
    replace: false,
    verify: true,
  } as const;
  return startJob({ job: file, copier: "/copier.js" }, request, ["/granted"], patience);
}

describe("a job's thread", () => {
  it("gets its whole order", async () => {
    const { ended } = run(`
      const { request, grants, copierScript } = order;
      reply({ ok: false, failure: { code: "io", message: JSON.stringify([request, grants, copierScript]) } });
    `);
    const end = await ended;
    expect(end.state === "failed" && JSON.parse(end.failure.message)).toEqual([
      {
        source: "/a.raw",
        target: "/a.qcow2",
        format: "qcow2",
        options: {},
        compress: false,
        replace: false,
        verify: true,
      },
      ["/granted"],
      "/copier.js",
    ]);
  });

  it("ends with its result and shares its progress", async () => {
    const job = run(`
      Atomics.store(counters, 1, 900n);
      Atomics.add(counters, 0, 700n);
      const sources = [{ path: "/a.raw", fileLength: 6 }];
      reply({ ok: true, value: { virtualSize: 6, fileLength: 5, allocated: 4, dataBytes: 3, sources } });
    `);
    expect(await job.ended).toEqual({
      state: "done",
      result: {
        virtualSize: 6,
        fileLength: 5,
        allocated: 4,
        sources: [{ path: "/a.raw", fileLength: 6 }],
      },
    });
    expect(job.progress()).toEqual({ phase: "copying", done: 700, total: 900 });
  });

  it("hears the cancel, and then counts as cancelled", async () => {
    const job = run(`
      Atomics.store(counters, 0, 1n);
      while (!cancelled());
      reply({ ok: false, failure: { code: "cancelled", message: "Cancelled." } });
    `);
    while (job.progress().done === 0) await new Promise((next) => setTimeout(next, 5));
    job.cancel();
    expect(await job.ended).toEqual({ state: "cancelled" });
  });

  it.each([
    ["process.exit(0);", "internal", /ended early/],
    [`throw new Error("bug");`, "internal", /bug/],
    [`const all = []; for (;;) all.push(new Array(1e5).fill(1));`, "limit", /memory/],
    [`reply({ ok: false, failure: "what?" });`, "internal", /unknown/],
  ])("that does %s fails", async (lines, code, message) => {
    const end = await run(lines).ended;
    expect(end).toMatchObject({ state: "failed", failure: { code } });
    expect(end.state === "failed" && end.failure.message).toMatch(message);
  });

  it("that waits for something that never comes is ended soon after the cancel", async () => {
    const job = run(
      `Atomics.store(counters, 0, 1n); Atomics.wait(new Int32Array(order.control), 0, 1);`,
      20,
    );
    while (job.progress().done === 0) await new Promise((next) => setTimeout(next, 5));
    job.cancel();
    expect(await job.ended).toEqual({ state: "cancelled" });
  });

  it("whose script is not there fails", async () => {
    const request = {
      source: "/a",
      target: "/b",
      format: "raw",
      options: {},
      compress: false,
      replace: false,
      verify: true,
    } as const;
    const { ended } = startJob({ job: join(tempFolder(), "none.mjs"), copier: "" }, request, []);
    expect(await ended).toMatchObject({ state: "failed", failure: { code: "internal" } });
  });
});
