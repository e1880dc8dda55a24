import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { putFields } from "../../../electron/engine/codec/fields";
import { createTaskRunner } from "../../../electron/workers/start-image-task";
import { createInspector } from "../../../electron/workers/start-inspector";
import { buildWorker } from "../../engine/ops/copier-bundle";
import { tempFolder } from "../../helpers/temp-folder";

let script = "";
let taskScript = "";
beforeAll(async () => {
  [script, taskScript] = await Promise.all([buildWorker("inspector"), buildWorker("image-task")]);
});

const clusterSize = 65536;
/** Entries of its L1 table, and of the one L2 table that all of them point to. */
const l1Entries = 2 ** 17;
const l2Entries = clusterSize / 8;

/** A qcow2 image of a megabyte whose map has 2^30 runs: every second cluster reads as zeros. */
function endlessImage(folder: string): string {
  const l2At = 3 * clusterSize + l1Entries * 8;
  const bytes = new Uint8Array(l2At + clusterSize);
  const put = putFields(bytes, "big");
  put.u32(0, 0x514649fb);
  put.u32(4, 3);
  put.u32(20, 16);
  put.u64(24, l1Entries * l2Entries * clusterSize);
  put.u32(36, l1Entries);
  put.u64(40, 3 * clusterSize);
  put.u64(48, clusterSize);
  put.u32(56, 1);
  put.u32(96, 4);
  put.u32(100, 104);
  for (let index = 0; index < l1Entries; index += 1) put.u64(3 * clusterSize + index * 8, l2At);
  for (let index = 0; index < l2Entries; index += 2) put.u64(l2At + index * 8, 1);
  const path = join(folder, "endless.qcow2");
  writeFileSync(path, bytes);
  return path;
}

describe("the inspector's own thread", () => {
  it("is stopped at an image whose map never ends, and the next image is opened", async () => {
    const folder = tempFolder();
    const endless = endlessImage(folder);
    const plain = join(folder, "plain.img");
    writeFileSync(plain, new Uint8Array(4096));
    const inspector = createInspector(script, 1500);
    onTestFinished(() => inspector.close());
    const [lost, next] = await Promise.allSettled(
      [endless, plain].map((path) => inspector.inspect({ path, grants: [] })),
    );
    expect(lost).toMatchObject({ reason: { failure: { code: "limit", file: endless } } });
    expect(next).toMatchObject({ status: "fulfilled", value: { path: plain } });
  });
});

describe("a task's own thread", () => {
  it("is ended at an image whose map never ends", async () => {
    const path = endlessImage(tempFolder());
    const { run, latest } = createTaskRunner(taskScript, { quiet: 1500, silent: 1500 });
    const endless = {
      failure: { code: "limit", message: expect.stringMatching(/No answer came/) },
    };
    const request = { path, grants: [] };
    const [alone, kept] = await Promise.allSettled([
      run("chain.strips", request),
      latest("chain.strips", request),
    ]);
    expect(alone).toMatchObject({ reason: endless });
    expect(kept).toMatchObject({ reason: endless });
  });
});
