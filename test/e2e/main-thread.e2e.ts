import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { ElectronApplication, Page } from "@playwright/test";
import type { LaminaBridge } from "../../shared/ipc/channels";
import type { EventPayload } from "../../shared/ipc/contract";
import { random } from "../helpers/seed";
import { expect, test } from "./lamina";

const MiB = 1024 * 1024;
const diskSize = 1024 * MiB;
/** The longest that the main thread may be away, in milliseconds. */
const allowed = 50;
/** A busy machine also makes gaps; what the app does itself comes again every time. */
const rounds = 12;

/** Starts a clock in the main process that notes its longest pause. */
async function startMeter(app: ElectronApplication): Promise<void> {
  await app.evaluate(() => {
    const meter = { last: performance.now(), longest: 0 };
    setInterval(() => {
      const now = performance.now();
      // Five milliseconds between two ticks are no pause.
      meter.longest = Math.max(meter.longest, now - meter.last - 5);
      meter.last = now;
    }, 5);
    Object.assign(globalThis, { mainThreadMeter: meter });
  });
}

/** The longest pause since the last reading, in milliseconds. */
async function readMeter(app: ElectronApplication): Promise<number> {
  // A pause that is still going on is noted by the tick after it.
  await new Promise((next) => setTimeout(next, 50));
  return app.evaluate(() => {
    const { mainThreadMeter: meter } = globalThis as unknown as {
      mainThreadMeter: { longest: number };
    };
    const { longest } = meter;
    meter.longest = 0;
    return longest;
  });
}

/** Writes a raw disk of 1 GiB whose every fifth and next MiB hold data: 40 %. */
function writeDisk(path: string): void {
  const file = openSync(path, "wx");
  const data = new Uint8Array(MiB);
  random(1).fill(data);
  ftruncateSync(file, diskSize);
  for (let at = 0; at + 2 * MiB <= diskSize; at += 5 * MiB) {
    writeSync(file, data, 0, MiB, at);
    writeSync(file, data, 0, MiB, at + MiB);
  }
  closeSync(file);
}

/** Converts through the page, as its dialog does; answers the ended job and how often it was told of. */
async function convert(
  page: Page,
  source: string,
  target: string,
): Promise<{ job: EventPayload<"jobs.changed">; told: number }> {
  return page.evaluate(
    async ({ source, target }) => {
      const { lamina } = window as unknown as { lamina: LaminaBridge<File> };
      let told = 0;
      const ended = new Promise<EventPayload<"jobs.changed">>((resolve) => {
        const stop = lamina.on((name, payload) => {
          if (name !== "jobs.changed") return;
          told += 1;
          const job = payload as EventPayload<"jobs.changed">;
          if (job.state === "waiting" || job.state === "running") return;
          stop();
          resolve(job);
        });
      });
      const request = {
        source,
        target,
        format: "qcow2",
        options: {},
        compress: false,
        replace: false,
        verify: false,
      };
      const reply = await lamina.call("convert.start", request);
      if (!reply.ok) throw new Error(reply.failure.message);
      return { job: await ended, told };
    },
    { source, target },
  );
}

test("the main thread stays free while 1 GiB is converted", async ({ folder, launch }) => {
  test.setTimeout(600_000);
  const source = join(folder, "disk.raw");
  writeDisk(source);
  const { app, page } = await launch(source);
  await expect(page.getByRole("heading", { name: "disk.raw" })).toBeVisible();
  await startMeter(app);

  // The meter sees a pause when there is one.
  await app.evaluate(() => {
    const until = performance.now() + 80;
    while (performance.now() < until);
  });
  expect(await readMeter(app)).toBeGreaterThan(70);

  const pauses: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const target = join(folder, `disk-${round}.qcow2`);
    await readMeter(app);
    const { job, told } = await convert(page, source, target);
    pauses.push(await readMeter(app));
    expect(job).toMatchObject({ state: "done", target });
    expect(job.result?.fileLength).toBeGreaterThan(0.39 * diskSize);
    expect(job.done).toBe(job.total);
    expect(told).toBeGreaterThan(1);
    rmSync(target);
    if (Math.min(...pauses) < allowed) break;
  }
  const words = pauses.map((pause) => `${pause.toFixed(1)} ms`).join(", ");
  process.stdout.write(`Longest pause of the main thread in 1 GiB: ${words}\n`);
  expect(Math.min(...pauses), "milliseconds").toBeLessThan(allowed);
});
