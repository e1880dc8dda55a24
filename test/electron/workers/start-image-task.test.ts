import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTaskRunner, type TaskPatience } from "../../../electron/workers/start-image-task";
import { tempFolder } from "../../helpers/temp-folder";

/** A thread that does what the path says. */
const script = `
import { parentPort } from "node:worker_threads";
const sleep = new Int32Array(new SharedArrayBuffer(4));
parentPort.on("message", (order) => {
const { path } = order.input;
if (path === "/throws") throw new Error("bug");
if (path === "/bad") parentPort.postMessage({ ok: false, failure: { code: "truncated", message: "Short." } });
else {
  if (path === "/hangs") for (;;);
  if (path === "/slow") Atomics.wait(sleep, 0, 0, 300);
  parentPort.postMessage({ ok: true, value: order.task + " " + path });
}
});
`;

function runnerOf(patience?: TaskPatience) {
  const file = join(tempFolder(), "image-task.mjs");
  writeFileSync(file, script);
  return createTaskRunner(file, patience);
}

describe("tasks with images", () => {
  it("give the answer of their thread, several at once", async () => {
    const { run } = runnerOf();
    const answers = await Promise.all([
      run("health.check", { path: "/slow" }),
      run("snapshots.delete", { path: "/b", indices: [] }),
    ]);
    expect(answers).toEqual(["health.check /slow", "snapshots.delete /b"]);
  });

  it("fail as their thread does", async () => {
    const { run } = runnerOf();
    await expect(run("health.check", { path: "/bad" })).rejects.toMatchObject({
      failure: { code: "truncated", message: "Short." },
    });
    await expect(run("health.check", { path: "/throws" })).rejects.toMatchObject({
      failure: { code: "internal" },
    });
  });

  it("are ended when they only read and do nothing for long", async () => {
    const hung = { failure: { code: "limit", message: expect.stringMatching(/No answer came/) } };
    const path = "/hangs";
    const silent = runnerOf({ quiet: 600_000, silent: 300 });
    await expect(silent.run("health.check", { path })).rejects.toMatchObject(hung);
    await expect(silent.latest("chain.strips", { path, grants: [] })).rejects.toMatchObject(hung);
    const telling = runnerOf({ quiet: 300, silent: 600_000 });
    const asked = { path, grants: [], side: "guest", needle: new Uint8Array(1), from: 0 } as const;
    await expect(telling.run("bytes.find", asked)).rejects.toMatchObject(hung);
  });

  it("are not ended when they write", async () => {
    const { run } = runnerOf({ quiet: 1, silent: 1 });
    expect(await run("snapshots.apply", { path: "/slow", index: 0 })).toBe("snapshots.apply /slow");
  });

  it("stop when they only read, and never in the middle of a write", async () => {
    const { run, stopReading } = runnerOf();
    const check = run("health.check", { path: "/hangs" });
    const write = run("snapshots.apply", { path: "/slow", index: 0 });
    stopReading();
    await expect(check).rejects.toMatchObject({ failure: { code: "cancelled" } });
    expect(await write).toBe("snapshots.apply /slow");
  });
});
