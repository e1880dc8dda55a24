import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createImage, createOverlay, formatModels, reportImage } from "../../../electron/engine";
import { newImageHandlers } from "../../../electron/handlers/create";
import { createGrants } from "../../../electron/handlers/grants";
import { createQueue } from "../../../electron/jobs/queue";
import type { CreateRequest, JobRequest } from "../../../shared/model/job";
import { tempFolder } from "../../helpers/temp-folder";

/** Handlers over a queue whose jobs never end, and a folder with base.qcow2 in it. */
function setUp() {
  const folder = tempFolder();
  const base = join(folder, "base.qcow2");
  createImage({
    path: base,
    format: "qcow2",
    spec: { size: 2 ** 20, options: {} },
    replace: false,
    flush: false,
  });
  const started: JobRequest[] = [];
  const measured: unknown[] = [];
  const queue = createQueue({
    start: (request) => {
      started.push(request);
      return {
        ended: new Promise(() => {}),
        progress: () => ({ phase: "copying", done: 0, total: 0 }),
        pause: () => {},
        resume: () => {},
        holdStill: () => {},
        cancel: () => {},
      };
    },
    keepReceipt: () => Promise.resolve(undefined),
    changed: () => {},
    removed: () => {},
  });
  const handlers = newImageHandlers({
    formats: formatModels(),
    queue,
    grants: createGrants(),
    inspector: { inspect: (asked) => Promise.resolve(reportImage(asked)) },
    tasks: {
      run: (_task, input) => {
        measured.push(input);
        return Promise.reject(new Error("no threads here"));
      },
    },
  });
  const request = (more: Partial<CreateRequest> = {}): CreateRequest => ({
    target: join(folder, "new.qcow2"),
    format: "qcow2",
    size: 2 ** 20,
    options: {},
    replace: false,
    ...more,
  });
  return { folder, base, started, measured, queue, handlers, request };
}

describe("create.suggestTarget", () => {
  it("finds a free name in the folder of an image, and one after the base", async () => {
    const { folder, base, handlers, request } = setUp();
    const suggest = async (more: { base?: string }) =>
      (await handlers["create.suggestTarget"]({ format: "qcow2", near: base, ...more })).target;
    expect(await suggest({})).toBe(join(folder, "disk.qcow2"));
    expect(await suggest({ base })).toBe(join(folder, "base-overlay.qcow2"));
    await handlers["create.start"](request({ target: join(folder, "disk.qcow2") }));
    expect(await suggest({})).toBe(join(folder, "disk-2.qcow2"));
  });
});

describe("create.start", () => {
  it("puts the job into the queue, with its command", async () => {
    const { started, queue, handlers, request } = setUp();
    const { jobId } = await handlers["create.start"](request());
    expect(started).toEqual([request()]);
    expect(queue.list()).toMatchObject([{ id: jobId, kind: "create", state: "running" }]);
    expect(queue.list()[0]).not.toHaveProperty("source");
  });

  it("refuses what would write over something, or cannot be", async () => {
    const { folder, base, started, handlers, request } = setUp();
    const failure = async (more: Partial<CreateRequest>) => {
      const answer = await Promise.resolve(handlers["create.start"](request(more))).catch(
        (error: unknown) => error,
      );
      return (answer as { failure?: { code: string } }).failure?.code;
    };
    expect(await failure({ target: base })).toBe("exists");
    expect(await failure({ target: base, base, replace: true })).toBe("invalid-argument");
    expect(await failure({ target: join(folder, "none/new.qcow2") })).toBe("missing-file");
    expect(await failure({ target: "new.qcow2" })).toBe("invalid-argument");
    expect(await failure({ format: "iso" })).toBe("unsupported");
    expect(await failure({ format: "vmdk", base })).toBe("invalid-argument");
    expect(started).toEqual([]);
    expect(await failure({ target: base, replace: true })).toBeUndefined();
    expect(await failure({ target: base, replace: true })).toBe("exists");
  });

  it("refuses a base whose own base is gone, and one that is packed", async () => {
    const { folder, base, handlers, request } = setUp();
    const path = join(folder, "over.qcow2");
    createOverlay({ base: { path: base, grants: [] }, path, name: "relative" });
    writeFileSync(base, "");
    const packed = join(folder, "packed.raw.gz");
    writeFileSync(packed, spawnSync("gzip", ["-c"], { input: "x".repeat(5000) }).stdout);
    await expect(handlers["create.start"](request({ base: path }))).rejects.toThrow(/base\.qcow2/);
    await expect(handlers["create.start"](request({ base: packed }))).rejects.toThrow(/is packed/);
  });
});

describe("create.commandLine", () => {
  it("is a line that the command line understands", async () => {
    const { folder, base, handlers, request } = setUp();
    const lineOf = async (more: Partial<CreateRequest>) =>
      (await handlers["create.commandLine"](request(more))).command.replaceAll(folder, "/f");
    expect(await lineOf({ options: { preallocation: "full", lazy_refcounts: true } })).toBe(
      "lamina create -f qcow2 -o preallocation=full,lazy_refcounts=on /f/new.qcow2 1048576",
    );
    expect(await lineOf({ base })).toBe(
      "lamina create -f qcow2 -b base.qcow2 -F qcow2 /f/new.qcow2 1048576",
    );
    mkdirSync(join(folder, "sub"));
    expect(await lineOf({ base, target: join(folder, "sub/new.qcow2") })).toBe(
      "lamina create -f qcow2 -b ../base.qcow2 -F qcow2 /f/sub/new.qcow2 1048576",
    );
  });
});

describe("create.measure", () => {
  it("is asked with the base as the new image names it", async () => {
    const { base, measured, handlers, request } = setUp();
    const { target, size } = request();
    const asked = { target, size, options: [{}], base };
    await expect(handlers["create.measure"]({ ...asked, format: "qcow2" })).rejects.toThrow(
      "no threads here",
    );
    const backing = { name: "base.qcow2", format: "qcow2" };
    expect(measured).toEqual([{ format: "qcow2", size, options: [{}], backing }]);
  });
});
