import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { startJob, type JobScripts } from "../../../electron/workers/start-job";
import type { CreateRequest } from "../../../shared/model/job";
import { qemuImg, qemuJson } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";
import { buildWorker } from "../../engine/ops/copier-bundle";

const MiB = 2 ** 20;
let scripts: JobScripts;

beforeAll(async () => {
  const [job, copier] = await Promise.all([buildWorker("job"), buildWorker("copier")]);
  scripts = { job, copier };
});

function requestFor(folder: string, more: Partial<CreateRequest> = {}): CreateRequest {
  const target = join(folder, "new.img");
  return { target, format: "raw", size: 8 * MiB, options: {}, replace: false, ...more };
}

const sleep = (milliseconds: number) => new Promise((next) => setTimeout(next, milliseconds));

describe("a new image in its thread", () => {
  it("is written full of zeros, and counted", async () => {
    const folder = tempFolder();
    const run = startJob(scripts, requestFor(folder, { options: { preallocation: "full" } }), []);
    const result = { virtualSize: 8 * MiB, fileLength: 8 * MiB, allocated: 8 * MiB, sources: [] };
    expect(await run.ended).toEqual({ state: "done", result });
    expect(run.progress()).toEqual({ phase: "copying", done: 8 * MiB, total: 8 * MiB });
    const { size, blocks } = statSync(join(folder, "new.img"));
    expect([size, blocks * 512]).toEqual([8 * MiB, 8 * MiB]);
    expect(readFileSync(join(folder, "new.img")).every((byte) => byte === 0)).toBe(true);
  });

  it("leaves nothing behind when it is cancelled, and halts while it is paused", async () => {
    const folder = tempFolder();
    const size = 2 ** 40;
    const run = startJob(
      scripts,
      requestFor(folder, { size, options: { preallocation: "full" } }),
      [],
    );
    run.pause();
    while (run.progress().done === 0) await sleep(2);
    const { done, total } = run.progress();
    expect(done).toBeLessThanOrEqual(MiB);
    expect(total).toBe(size);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/\.partial$/)]);
    run.cancel();
    expect(await run.ended).toEqual({ state: "cancelled" });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("stands on its base by a relative name and with its format", async () => {
    const folder = tempFolder();
    qemuImg(["create", "-q", "-f", "vmdk", join(folder, "base.vmdk"), "5M"]);
    const request = requestFor(folder, {
      format: "qcow2",
      base: join(folder, "base.vmdk"),
      size: 5 * MiB,
      options: { cluster_size: 131_072 },
    });
    expect(await startJob(scripts, request, []).ended).toMatchObject({ state: "done" });
    expect(qemuJson(["info", request.target])).toMatchObject({
      format: "qcow2",
      "virtual-size": 5 * MiB,
      "cluster-size": 131_072,
      "backing-filename": "base.vmdk",
      "backing-filename-format": "vmdk",
    });
  });

  it("does not replace what is there, and says so", async () => {
    const folder = tempFolder();
    const request = requestFor(folder);
    await startJob(scripts, request, []).ended;
    expect(await startJob(scripts, request, []).ended).toMatchObject({
      state: "failed",
      failure: { code: "exists" },
    });
    expect(await startJob(scripts, { ...request, replace: true }, []).ended).toMatchObject({
      state: "done",
    });
  });
});
