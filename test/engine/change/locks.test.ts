import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, onTestFinished, vi, type TestContext } from "vitest";
import { createSnapshot, listSnapshots, reportImage } from "../../../electron/engine";
import { ImageError } from "../../../electron/engine/errors";
import { nativeCalls } from "../../../electron/engine/io/native";
import { openForChange } from "../../../electron/engine/ops/change/open-for-change";
import { whoUses } from "../../../electron/engine/ops/in-use";
import { qemuHolds } from "../../helpers/qemu-holds";
import { describeWithQemu, qemuImg, runOracle } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";

function newImage(format = "qcow2"): string {
  const path = join(tempFolder(), `a b.${format}`);
  qemuImg(["create", "-q", "-f", format, path, "1M"]);
  return path;
}

const snapshot = { name: "s", dateSeconds: 0, dateNanoseconds: 0 };

function refusalOf(change: () => void): ImageError {
  try {
    change();
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
  throw new Error("the change was not refused");
}

function needsLocks({ skip }: TestContext): void {
  skip(nativeCalls()?.locks === undefined, "no locks here: not Linux, or koffi is absent");
}

afterEach(() => vi.unstubAllEnvs());

describeWithQemu("an image that qemu has open", () => {
  it.each(["with koffi", "without koffi"])("is not changed, %s", async (how) => {
    if (how === "without koffi") vi.stubEnv("LAMINA_NO_NATIVE", "1");
    const path = newImage();
    const { pid, release } = await qemuHolds(path, "qcow2");
    const before = readFileSync(path);
    const error = refusalOf(() => createSnapshot(path, snapshot));
    expect(error).toMatchObject({ code: "in-use", file: path });
    expect(error.message).toContain(`qemu-io (process ${pid})`);
    expect(readFileSync(path).equals(before)).toBe(true);
    await release();
    createSnapshot(path, snapshot);
    expect(listSnapshots(path)).toHaveLength(1);
  });

  it("is not changed while qemu only reads it, and relies on it", async () => {
    const path = newImage();
    await qemuHolds(path, "qcow2", { readOnly: true });
    expect(refusalOf(() => createSnapshot(path, snapshot)).code).toBe("in-use");
  });

  it("is not changed where it is raw, which qemu lets others write to", async () => {
    const path = newImage("raw");
    await qemuHolds(path, "raw");
    expect(refusalOf(() => openForChange(path, () => undefined)).code).toBe("in-use");
  });

  it("is told in the report, and read nevertheless", async () => {
    const path = newImage();
    expect(reportImage({ path, grants: [] }).inUse).toBeUndefined();
    const { pid } = await qemuHolds(path, "qcow2");
    expect(reportImage({ path, grants: [] }).inUse).toEqual([
      { sign: "lock", writes: true, process: { id: pid, name: "qemu-io" } },
    ]);
  });

  it("is told to be only read where it is", async () => {
    const path = newImage();
    const { pid } = await qemuHolds(path, "qcow2", { readOnly: true });
    const user = { sign: "lock", writes: false, process: { id: pid, name: "qemu-io" } };
    expect(whoUses(path)).toEqual([user]);
  });
});

describeWithQemu("an image that Lamina is changing", () => {
  it.each(["qcow2", "raw"])("is not opened for writing by qemu (%s)", (format) => {
    const path = newImage(format);
    const write = ["-f", format, "-c", "write 0 512", path];
    openForChange(path, () => {
      const { status, stderr } = runOracle("qemu-io", write);
      expect(status).not.toBe(0);
      expect(stderr).toContain('Failed to get "write" lock');
    });
    expect(runOracle("qemu-io", write).status).toBe(0);
  });

  it("is not told to be in use by Lamina itself", () => {
    const path = newImage();
    openForChange(path, () => expect(whoUses(path)).toEqual([]));
  });

  it("is not changed by another Lamina, which has a process of its own", (context) => {
    needsLocks(context);
    const path = newImage();
    openForChange(path, () => {
      const error = refusalOf(() => createSnapshot(path, snapshot));
      expect(error).toMatchObject({ code: "in-use", found: "another program" });
    });
    createSnapshot(path, snapshot);
  });

  it("keeps no lock behind when the change fails, and takes none for looking", () => {
    const path = newImage();
    const fail = (): never => {
      throw new ImageError("io", "no");
    };
    expect(refusalOf(() => openForChange(path, fail)).code).toBe("io");
    const fd = openSync(path, "r");
    reportImage({ path, grants: [] });
    expect(runOracle("qemu-io", ["-f", "qcow2", "-c", "write 0 512", path]).status).toBe(0);
    closeSync(fd);
  });
});

describeWithQemu("other signs that an image is in use", () => {
  it("names a process that has it open for writing", async (context) => {
    context.skip(process.platform !== "linux", "only Linux tells who has a file open");
    const path = newImage();
    const script = `
      require("node:fs").openSync(process.argv[1], "r+");
      process.stdout.write("open");
      process.stdin.resume();`;
    const child = spawn(process.execPath, ["-e", script, path], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.stdin.end());
    await once(child.stdout, "data");
    const user = { sign: "open", writes: true, process: { id: child.pid, name: "node" } };
    expect(whoUses(path)).toEqual([user]);
    const error = refusalOf(() => createSnapshot(path, snapshot));
    expect(error.message).toContain(`node (process ${child.pid}, open for writing)`);
  });

  it("knows VMware's lock folder while there is a lock in it", () => {
    const path = newImage("vmdk");
    mkdirSync(`${path}.lck`);
    expect(whoUses(path)).toEqual([]);
    writeFileSync(join(`${path}.lck`, "M12345.lck"), "");
    expect(whoUses(path)).toEqual([{ sign: "lock-folder", writes: true, path: `${path}.lck` }]);
    const error = refusalOf(() => openForChange(path, () => undefined));
    expect(error).toMatchObject({ code: "in-use", found: `${path}.lck` });
  });
});
