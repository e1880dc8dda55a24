import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { formatModels, reportImage } from "../../../electron/engine";
import { convertHandlers } from "../../../electron/handlers/convert";
import { createGrants } from "../../../electron/handlers/grants";
import { createOpenings } from "../../../electron/handlers/openings";
import { createQueue } from "../../../electron/jobs/queue";
import type { ConvertRequest } from "../../../shared/model/job";
import { tempFolder } from "../../helpers/temp-folder";

/** Handlers over a queue whose jobs never end, and a folder with disk.raw in it. */
function setUp() {
  const folder = tempFolder();
  const source = join(folder, "disk.raw");
  writeFileSync(source, "0123456789");
  const started: ConvertRequest[] = [];
  const queue = createQueue({
    start: (request: ConvertRequest) => {
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
  const inspector = {
    inspect: ({ path }: { path: string }) => Promise.resolve(reportImage({ path, grants: [] })),
  };
  const openings = createOpenings();
  const handlers = convertHandlers(formatModels(), queue, createGrants(), {
    inspector,
    openings,
    platform: "linux",
  });
  const request = (target: string, more: Partial<ConvertRequest> = {}): ConvertRequest => ({
    source,
    target: join(folder, target),
    format: "qcow2",
    options: {},
    compress: false,
    replace: false,
    verify: true,
    ...more,
  });
  return { folder, source, started, queue, handlers, openings, request };
}

describe("convert.suggestTarget", () => {
  it("finds a name that neither a file nor a coming one has", async () => {
    const { folder, source, handlers, request } = setUp();
    const suggest = async () =>
      (await handlers["convert.suggestTarget"]({ source, format: "qcow2" })).target;
    expect(await suggest()).toBe(join(folder, "disk.qcow2"));
    symlinkSync("nowhere", join(folder, "disk.qcow2"));
    expect(await suggest()).toBe(join(folder, "disk-2.qcow2"));
    await handlers["convert.start"](request("disk-2.qcow2"));
    expect(await suggest()).toBe(join(folder, "disk-3.qcow2"));
  });
});

describe("convert.checkTarget", () => {
  it("tells a free place from a taken one", async () => {
    const { folder, source, handlers } = setUp();
    const check = (target: string) => handlers["convert.checkTarget"]({ source, target });
    expect(await check(join(folder, "new.qcow2"))).toEqual({
      exists: false,
      isSource: false,
      folderExists: true,
      free: expect.any(Number),
      fileSystem: expect.objectContaining({ kind: expect.any(String) }),
    });
    writeFileSync(join(folder, "old.qcow2"), "");
    expect(await check(join(folder, "old.qcow2"))).toMatchObject({ exists: true, isSource: false });
    expect(await check(join(folder, "none", "a.qcow2"))).toEqual({
      exists: false,
      isSource: false,
      folderExists: false,
    });
    expect(await check(join(source, "a.qcow2"))).toMatchObject({ folderExists: false });
  });

  it("knows the source under its other names", async () => {
    const { folder, source, handlers } = setUp();
    symlinkSync(source, join(folder, "soft"));
    linkSync(source, join(folder, "hard"));
    for (const name of ["disk.raw", "soft", "hard"]) {
      const target = join(folder, name);
      const found = await handlers["convert.checkTarget"]({ source, target });
      expect(found).toMatchObject({ exists: true, isSource: true });
    }
  });
});

describe("convert.start", () => {
  it("hands the request to the queue with its command line", async () => {
    const { started, queue, handlers, request, source, folder } = setUp();
    const { jobId } = await handlers["convert.start"](request("a b.qcow2"));
    expect(started).toEqual([request("a b.qcow2")]);
    expect(queue.list()).toMatchObject([
      {
        id: jobId,
        command: `lamina convert -t writeback -O qcow2 ${source} '${join(folder, "a b.qcow2")}'`,
      },
    ]);
  });

  it("takes no image that lies behind the first as its target", async () => {
    const { folder, started, handlers, request } = setUp();
    writeFileSync(join(folder, "b.raw"), "0123");
    const behind = [join(folder, "b.raw")];
    const start = handlers["convert.start"](request("b.raw", { behind, replace: true }));
    await expect(start).rejects.toMatchObject({ failure: { code: "invalid-argument" } });
    const relative = handlers["convert.start"](request("c.raw", { behind: ["b.raw"] }));
    await expect(relative).rejects.toMatchObject({ failure: { code: "invalid-argument" } });
    expect(started).toEqual([]);
  });

  it("hands a passphrase to the conversion, and shows it nowhere", async () => {
    const { started, queue, handlers, request } = setUp();
    await handlers["convert.start"](request("a.qcow2", { passphrase: "correct horse" }));
    expect(started[0]?.passphrase).toBe("correct horse");
    expect(JSON.stringify(queue.list())).not.toContain("horse");
    expect(queue.list()[0]?.command).toContain("secret,id=sec0,file=PASSPHRASE-FILE");
  });

  it("replaces only on an explicit yes", async () => {
    const { folder, started, handlers, request } = setUp();
    writeFileSync(join(folder, "old.qcow2"), "");
    await expect(handlers["convert.start"](request("old.qcow2"))).rejects.toMatchObject({
      failure: { code: "exists" },
    });
    expect(started).toEqual([]);
    await handlers["convert.start"](request("old.qcow2", { replace: true }));
    expect(started).toHaveLength(1);
  });

  it.each([
    ["disk.raw", { replace: true }, "invalid-argument"],
    ["none/a.qcow2", {}, "missing-file"],
    ["a.iso", { format: "iso" }, "unsupported"],
    ["a.raw", { format: "raw", compress: true }, "invalid-argument"],
    ["a.qcow2", { source: "disk.raw" }, "invalid-argument"],
    ["a.qcow2", { target: "a.qcow2" }, "invalid-argument"],
    ["a.qcow2", { snapshot: 0 }, "invalid-argument"],
    ["a.qcow2", { keepBacking: true }, "invalid-argument"],
  ] as const)("refuses %s with %j as %s", async (target, more, code) => {
    const { started, handlers, request } = setUp();
    const start = handlers["convert.start"](request(target, more));
    await expect(start).rejects.toMatchObject({ failure: { code } });
    expect(started).toEqual([]);
  });

  it("refuses the target of another job, but not beside it", async () => {
    const { folder, handlers, request } = setUp();
    mkdirSync(join(folder, "sub"));
    await handlers["convert.start"](request("a.qcow2"));
    await expect(
      handlers["convert.start"](request("a.qcow2", { replace: true })),
    ).rejects.toMatchObject({ failure: { code: "exists" } });
    await expect(handlers["convert.start"](request("sub/a.qcow2"))).resolves.toBeDefined();
  });
});

describe("convert.commandLine", () => {
  it("declares what the source was found to be, if that is all that is read", async () => {
    const { folder, source, handlers, openings, request } = setUp();
    const behind = [join(folder, "other.raw")];
    writeFileSync(behind[0]!, "0123");
    const command = async (more: Partial<ConvertRequest> = {}) =>
      (await handlers["convert.commandLine"](request("disk.qcow2", more))).command;
    expect(await command()).not.toContain(" -f ");
    openings.note(source, reportImage({ path: source, grants: [] }));
    expect(await command()).toContain("convert -f raw -t writeback");
    expect(await command({ behind })).not.toContain(" -f ");
    openings.note(behind[0]!, reportImage({ path: behind[0]!, grants: [] }));
    expect(await command({ behind })).toContain("convert -f raw -t writeback");
    openings.forget(source);
    expect(await command()).not.toContain(" -f ");
  });

  it("declares nothing of an image in another file", async () => {
    const { folder, handlers, openings, request } = setUp();
    const source = join(folder, "disk.raw.gz");
    writeFileSync(source, gzipSync(new Uint8Array(4096)));
    openings.note(source, reportImage({ path: source, grants: [] }));
    const { command } = await handlers["convert.commandLine"](request("a.qcow2", { source }));
    expect(command).not.toContain(" -f ");
  });

  it("tells what a start would, starts nothing, and knows how the source was opened", async () => {
    const { source, started, handlers, openings, request } = setUp();
    const command = async () =>
      (await handlers["convert.commandLine"](request("disk.qcow2"))).command;
    expect(await command()).toMatch(/^lamina convert -t writeback -O qcow2 /);
    openings.keep(source, { passphrase: "secret" });
    expect(await command()).toContain("encrypt.key-secret");
    expect(await command()).not.toContain("secret,data");
    expect(started).toEqual([]);
    await handlers["convert.start"](request("disk.qcow2"));
    expect(started).toMatchObject([{ passphrase: "secret" }]);
  });
});
