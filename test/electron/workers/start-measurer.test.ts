import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createMeasurer } from "../../../electron/workers/start-measurer";
import { tempFolder } from "../../helpers/temp-folder";

/** A thread that does what the path says; `order` is what it was given. */
const script = `
import { parentPort, workerData as order } from "node:worker_threads";
const { path } = order.request;
const counters = new BigInt64Array(order.control, 0, 2);
if (path === "/throws") throw new Error("bug");
if (path === "/hungry") { const all = []; for (;;) all.push(new Array(1e5).fill(0)); }
if (path === "/hangs") { Atomics.store(counters, 1, 900n); Atomics.store(counters, 0, 300n); for (;;); }
if (path === "/bad") parentPort.postMessage({ ok: false, failure: { code: "truncated", message: "Short." } });
if (path === "/slow") {
  Atomics.store(counters, 1, 20n);
  const sleep = new Int32Array(new SharedArrayBuffer(4));
  for (let step = 0; step < 20; step++) { Atomics.wait(sleep, 0, 0, 100); Atomics.add(counters, 0, 1n); }
}
parentPort.postMessage({ ok: true, value: order.target ? [order.target, order.size] : [order.request] });
`;

function measurerOf(patience?: number) {
  const file = join(tempFolder(), "measurer.mjs");
  writeFileSync(file, script);
  const told: (readonly [string, number, number])[] = [];
  const measurer = createMeasurer(file, {
    progress: (path, { done, total }) => told.push([path, done, total]),
    ...(patience !== undefined && { patience }),
  });
  onTestFinished(() => measurer.stop());
  return { measurer, told };
}

const request = (path: string) => ({ path, grants: ["/granted"] });
const order = (path: string) => ({ request: request(path) });

describe("measurer", () => {
  it("hands over the order and gives the answer", async () => {
    const { measurer } = measurerOf();
    expect(await measurer.measure(order("/a"))).toEqual([request("/a")]);
  });

  it("hands over the one target and the size to grow to", async () => {
    const { measurer } = measurerOf();
    const target = { format: "vdi", options: { static: true }, compress: false } as const;
    expect(await measurer.measureTarget({ ...order("/a"), size: 512 }, target)).toEqual([
      target,
      512,
    ]);
  });

  it.each([
    ["/bad", "truncated", /Short/],
    ["/throws", "internal", /bug/],
    ["/hungry", "limit", /memory/],
  ])("fails for %s as its thread does, and goes on", async (path, code, message) => {
    const { measurer } = measurerOf();
    await expect(measurer.measure(order(path))).rejects.toMatchObject({
      failure: { code, message: expect.stringMatching(message), file: path },
    });
    expect(await measurer.measure(order("/a"))).toHaveLength(1);
  });

  it("waits for a thread as long as it makes progress, and tells of that", async () => {
    const { measurer, told } = measurerOf(1500);
    expect(await measurer.measure(order("/slow"))).toHaveLength(1);
    expect(told.length).toBeGreaterThan(2);
    for (const [path, done, total] of told) {
      expect(path).toBe("/slow");
      expect(done).toBeLessThanOrEqual(20);
      expect(total).toBe(20);
    }
  });

  it("stops a thread that makes none", async () => {
    const { measurer, told } = measurerOf(1500);
    await expect(measurer.measure(order("/hangs"))).rejects.toMatchObject({
      failure: { code: "limit", file: "/hangs" },
    });
    expect(told.at(-1)).toEqual(["/hangs", 300, 900]);
  });

  it("gives up an image for the next one, and when it is told to", async () => {
    const { measurer } = measurerOf();
    const first = measurer.measure(order("/hangs"));
    const second = measurer.measure(order("/a"));
    await expect(first).rejects.toMatchObject({ failure: { code: "cancelled" } });
    expect(await second).toHaveLength(1);
    const third = measurer.measure(order("/hangs"));
    measurer.stop();
    await expect(third).rejects.toMatchObject({ failure: { code: "cancelled" } });
  });
});
