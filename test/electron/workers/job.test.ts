import { createHash } from "node:crypto";
import { appendFileSync, readFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createImage } from "../../../electron/engine";
import { startJob, type JobScripts } from "../../../electron/workers/start-job";
import type { ConvertRequest } from "../../../shared/model/job";
import { random } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { copied, handmade } from "../../engine/formats/qcow2/handmade";
import { buildWorker } from "../../engine/ops/copier-bundle";

const MIB = 1024 * 1024;
let scripts: JobScripts;

beforeAll(async () => {
  const [job, copier] = await Promise.all([buildWorker("job"), buildWorker("copier")]);
  scripts = { job, copier };
});

function requestFor(folder: string, more: Partial<ConvertRequest> = {}): ConvertRequest {
  return {
    source: join(folder, "a.raw"),
    target: join(folder, "b.qcow2"),
    format: "qcow2",
    options: {},
    compress: false,
    replace: false,
    verify: true,
    ...more,
  };
}

/** A folder with a disk of random bytes in it. */
function withDisk(size: number) {
  const folder = tempFolder();
  const bytes = new Uint8Array(size);
  random(11).fill(bytes.subarray(0, Math.min(size, MIB)));
  for (let at = MIB; at < size; at += MIB) bytes.copyWithin(at, 0, Math.min(MIB, size - at));
  writeFileSync(join(folder, "a.raw"), bytes);
  return { folder, bytes };
}

const sleep = (milliseconds: number) => new Promise((next) => setTimeout(next, milliseconds));

describe("a conversion in its thread", () => {
  it("converts and verifies, which its result tells", async () => {
    const { folder, bytes } = withDisk(3 * MIB);
    const run = startJob(scripts, requestFor(folder, { size: 4 * MIB }), []);
    const grown = Buffer.concat([bytes, Buffer.alloc(MIB)]);
    const sha256 = createHash("sha256").update(grown).digest("hex");
    expect(await run.ended).toMatchObject({
      state: "done",
      result: {
        virtualSize: 4 * MIB,
        sources: [{ path: join(folder, "a.raw"), fileLength: 3 * MIB }],
        verification: { method: "sha256", sha256, size: 4 * MIB },
      },
    });
    expect(run.progress()).toEqual({ phase: "verifying", done: 4 * MIB, total: 4 * MIB });
  });

  it("joins what lies behind, and does not verify unless asked to", async () => {
    const { folder, bytes } = withDisk(MIB);
    const behind = [join(folder, "a.raw")];
    const asked = { behind, verify: false, format: "raw", target: join(folder, "b.raw") } as const;
    const end = await startJob(scripts, requestFor(folder, { ...asked, behind }), []).ended;
    expect(end).toMatchObject({ state: "done", result: { virtualSize: 2 * MIB } });
    expect(end).not.toHaveProperty("result.verification");
    expect(readFileSync(asked.target).equals(Buffer.concat([bytes, bytes]))).toBe(true);
  });

  it("salvages on request, and verifies what it made of it", async () => {
    const folder = tempFolder();
    const source = join(folder, "a.qcow2");
    writeFileSync(source, handmade({ l2: [copied | 0x7000_0000n] }));
    const target = join(folder, "c.raw");
    const asked = { source, target, format: "raw" } as const;
    const refused = await startJob(scripts, requestFor(folder, asked), []).ended;
    expect(refused).toMatchObject({ state: "failed" });
    const end = await startJob(scripts, requestFor(folder, { ...asked, salvage: true }), []).ended;
    expect(end).toMatchObject({
      state: "done",
      result: {
        salvaged: { bytes: 65_536, unlisted: 0 },
        verification: { method: "sha256" },
      },
    });
  });

  it("keeps the backing file of an image that goes elsewhere, and verifies through it", async () => {
    const { folder, bytes } = withDisk(MIB);
    const source = join(folder, "over.qcow2");
    const backing = { name: "a.raw", format: "raw" };
    const spec = { size: MIB, options: {}, backing };
    createImage({ path: source, format: "qcow2", spec, replace: false, flush: false });
    const target = join(tempFolder(), "kept.qcow2");
    const request = requestFor(folder, { source, target, keepBacking: true });
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const end = await startJob(scripts, request, []).ended;
    expect(end).toMatchObject({ state: "done", result: { verification: { sha256 } } });
    expect(readFileSync(target).length).toBeLessThan(MIB);
  });

  it("names a source that is changed meanwhile, and verifies nothing against it", async () => {
    const { folder } = withDisk(3 * MIB);
    const source = join(folder, "a.raw");
    utimesSync(source, 1000, 1000);
    const run = startJob(scripts, requestFor(folder), []);
    run.pause();
    while (run.progress().total === 0) await sleep(5);
    appendFileSync(source, "more");
    run.resume();
    const end = await run.ended;
    expect(end).toMatchObject({ state: "done", result: { sourceChanged: [source] } });
    expect(end).not.toHaveProperty("result.verification");
  });

  it("halts while it is paused, and is cancelled out of the pause", async () => {
    const { folder } = withDisk(64 * MIB);
    const run = startJob(scripts, requestFor(folder), []);
    run.pause();
    while (run.progress().total === 0) await sleep(5);
    await sleep(50);
    // No step begins while the pause lasts; none had begun before it.
    expect(run.progress()).toMatchObject({ phase: "copying", done: 0 });
    run.resume();
    while (run.progress().done === 0) await sleep(1);
    run.pause();
    run.cancel();
    const { state } = await run.ended;
    expect(["cancelled", "done"]).toContain(state);
    expect(readdirSync(folder)).toEqual(state === "done" ? ["a.raw", "b.qcow2"] : ["a.raw"]);
  });
});
