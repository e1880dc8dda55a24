import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, onTestFinished, vi, type TestContext } from "vitest";
import { createSnapshot, listSnapshots, reportImage } from "../../../electron/engine";
import { ImageError } from "../../../electron/engine/errors";
import { nativeCalls } from "../../../electron/engine/io/native";
import { openForChange } from "../../../electron/engine/ops/change/open-for-change";
import { whoUses } from "../../../electron/engine/ops/in-use";
import { eventually } from "../../helpers/eventually";
import { nbdHolds } from "../../helpers/nbd-holds";
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

  it("is told as a base, too, when it is written", async () => {
    const base = newImage();
    const path = `${base}.over`;
    qemuImg(["create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", path]);
    const { release } = await qemuHolds(base, "qcow2", { readOnly: true });
    expect(reportImage({ path, grants: [] }).inUse).toBeUndefined();
    await release();
    const { pid } = await qemuHolds(base, "qcow2");
    const process = { id: pid, name: "qemu-io" };
    expect(reportImage({ path, grants: [] }).inUse).toEqual([
      { sign: "lock", writes: true, process, file: base },
    ]);
  });

  it("is told to be only read where it is", async () => {
    const path = newImage();
    const { pid } = await qemuHolds(path, "qcow2", { readOnly: true });
    const user = { sign: "lock", writes: false, process: { id: pid, name: "qemu-io" } };
    expect(whoUses(path)).toEqual([user]);
  });
});

describeWithQemu("an image that qemu-nbd serves", () => {
  it.each([
    ["qcow2", false],
    ["qcow2", true],
    ["raw", false],
  ])("is not changed, and the process is named (%s, read-only: %s)", async (format, readOnly) => {
    const path = newImage(format);
    const { pid, release } = await nbdHolds(path, format, { readOnly });
    const user = { sign: "lock", writes: !readOnly, process: { id: pid, name: "qemu-nbd" } };
    expect(whoUses(path)).toEqual([user]);
    const error = refusalOf(() => openForChange(path, () => undefined));
    expect(error).toMatchObject({ code: "in-use", found: `qemu-nbd (process ${pid})` });
    await release();
    expect(openForChange(path, () => "changed")).toBe("changed");
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

  it.each([[], ["-r"]])("is not served by qemu-nbd %s", (...readOnly) => {
    const path = newImage();
    const socket = join(tempFolder(), "nbd");
    openForChange(path, () => {
      const args = [...readOnly, "-k", socket, "-f", "qcow2", path];
      const { status, stderr } = spawnSync("qemu-nbd", args, { encoding: "utf8", timeout: 20_000 });
      expect(status).toBe(1);
      expect(stderr).toMatch(/Failed to get (?:shared )?"write" lock/);
    });
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

/** Lets a Node with more arguments open a file for writing until the test ends; its process's number. */
async function nodeHolds(path: string, more: readonly string[]): Promise<number | undefined> {
  const script = `
    require("node:fs").openSync(process.argv[1], "r+");
    process.stdout.write("open");
    process.stdin.resume();`;
  const child = spawn(process.execPath, ["-e", script, "--", path, ...more], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.stdin.end());
  await once(child.stdout, "data");
  return child.pid;
}

describeWithQemu("other signs that an image is in use", () => {
  it("names a process that has it open for writing", async (context) => {
    context.skip(process.platform !== "linux", "only Linux tells who has a file open");
    const path = newImage();
    const id = await nodeHolds(path, []);
    expect(whoUses(path)).toEqual([{ sign: "open", writes: true, process: { id, name: "node" } }]);
    const error = refusalOf(() => createSnapshot(path, snapshot));
    expect(error.message).toContain(`node (process ${id}, open for writing)`);
  });

  it("names the virtual machine of a process, by its command line", async (context) => {
    context.skip(process.platform !== "linux", "only Linux tells who has a file open");
    const path = newImage();
    const id = await nodeHolds(path, ["-name", "guest=web01,debug-threads=on"]);
    expect(whoUses(path)[0]?.process).toEqual({ id, name: "node", machine: "web01" });
    const error = refusalOf(() => createSnapshot(path, snapshot));
    expect(error.message).toContain(`the virtual machine web01, node (process ${id}`);
  });

  it("names the machine that qemu runs", async (context) => {
    const program = "qemu-system-x86_64";
    const { error } = spawnSync(program, ["--version"]);
    context.skip(error !== undefined || process.platform !== "linux", `no ${program} here`);
    const path = newImage();
    const drive = `file=${path},format=qcow2,if=virtio`;
    const args = ["-S", "-nodefaults", "-display", "none", "-name", "guest=web01", "-drive", drive];
    const child = spawn(program, args, { stdio: "ignore" });
    const ended = once(child, "exit");
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await ended;
    });
    const user = { sign: "lock", writes: true, process: { id: child.pid, machine: "web01" } };
    await eventually(() => expect(whoUses(path)).toMatchObject([user]));
    expect(refusalOf(() => createSnapshot(path, snapshot)).message).toContain("machine web01");
  });

  it("knows a loop device", (context) => {
    const path = newImage("raw");
    const losetup = (...args: string[]) => spawnSync("losetup", args, { encoding: "utf8" });
    const { status, stdout } = losetup("--find", "--show", path);
    context.skip(status !== 0, "no loop devices for us here");
    const device = stdout.trim();
    onTestFinished(() => void losetup("--detach", device));
    expect(whoUses(path)).toEqual([{ sign: "loop", writes: true, path: device }]);
    const error = refusalOf(() => openForChange(path, () => undefined));
    expect(error).toMatchObject({ code: "in-use", found: device });
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
