import { readFileSync, readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import {
  convert,
  convertInSteps,
  createControl,
  type ConvertJob,
  type Control,
  type CopierWork,
} from "../../../electron/engine";
import { createCrew, type Crew } from "../../../electron/engine/ops/crew";
import { startCopierThread } from "../../../electron/workers/start-copier";
import { patternDisk, writeRawFile } from "../../helpers/pattern-disk";
import { describeWithQemu, mustBeIdentical, qemuImg, qemuJson } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { makeCompressible } from "./compressible";
import { buildCopier } from "./copier-bundle";
import { jobOf, writeIslands } from "./convert-job";

const MIB = 1024 * 1024;
let copierFile: string;

beforeAll(async () => {
  copierFile = await buildCopier();
});

interface Watched {
  readonly control: Control;
  /** Steps that the calling thread has done itself. */
  own(): number;
}

/**
 * A control that makes the calling thread wait, before its first step, until others have done
 * `bytes`.
 */
function afterOthersDid(bytes: number): Watched {
  const control = createControl();
  let steps = 0;
  const deadline = Date.now() + 60_000;
  const throwIfCancelled = (): void => {
    steps += 1;
    while (control.done < bytes && !control.cancelled && Date.now() < deadline) pause(1);
    control.throwIfCancelled();
  };
  return {
    control: Object.create(control, { throwIfCancelled: { value: throwIfCancelled } }),
    own: () => steps,
  };
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/**
 * Converts, and after its own first step waits until others have done `bytes`: between two steps the
 * calling thread holds nothing that they might wait for.
 */
function convertWithOthers(job: ConvertJob, bytes: number, meanwhile = (): void => {}): void {
  const steps = convertInSteps(job);
  let step = steps.next();
  const deadline = Date.now() + 60_000;
  while (job.control.done < bytes && Date.now() < deadline) pause(1);
  meanwhile();
  while (step.done !== true) step = steps.next();
}

/** Starts real threads, and counts them. */
function countingStarter() {
  const start = startCopierThread(copierFile);
  const count = { started: 0, stopped: 0 };
  const startCopier = (work: CopierWork) => {
    count.started += 1;
    const thread = start(work);
    return {
      stop() {
        count.stopped += 1;
        thread.stop();
      },
    };
  };
  return { count, startCopier };
}

describeWithQemu(`convert with copier threads, seed ${runSeed}`, () => {
  it("shares plain data with one thread", () => {
    const folder = tempFolder();
    const [source, target, back] = ["a.raw", "b.qcow2", "c.raw"].map((name) => join(folder, name));
    writeRawFile(source!, patternDisk(random(runSeed), 40 * MIB, 3_000_000));
    for (const [from, to, format] of [
      [source!, target!, "qcow2"],
      [target!, back!, "raw"],
    ] as const) {
      const { control, own } = afterOthersDid(3 * MIB);
      const { count, startCopier } = countingStarter();
      const { dataBytes } = convert(jobOf(from, to, format, { control, startCopier, copiers: 4 }));
      expect(count).toEqual({ started: 1, stopped: 1 });
      expect(control.done).toBe(dataBytes);
      expect(control.total).toBe(dataBytes);
      expect(own()).toBeGreaterThan(0);
      mustBeIdentical(source!, to, "raw", format);
    }
    qemuImg(["check", target!]);
  });

  it("shares compressed data with as many threads as it may", () => {
    const folder = tempFolder();
    const [raw, source, target] = ["a", "b.qcow2", "c.raw"].map((name) => join(folder, name));
    writeRawFile(raw!, patternDisk(random(runSeed + 1), 33 * MIB, 3_000_000));
    qemuImg(["convert", "-c", "-f", "raw", "-O", "qcow2", raw!, source!]);
    const { control, own } = afterOthersDid(3 * MIB);
    const { count, startCopier } = countingStarter();
    convert(jobOf(source!, target!, "raw", { control, startCopier, copiers: 2 }));
    expect(count).toEqual({ started: 2, stopped: 2 });
    expect(own()).toBeGreaterThan(0);
    mustBeIdentical(raw!, target!, "raw", "raw");
  });

  it.each([0, 2])("compresses with %i threads beside the calling one", (copiers) => {
    const folder = tempFolder();
    const [source, target] = ["a.raw", "b.qcow2"].map((name) => join(folder, name));
    const disk = patternDisk(random(runSeed + 2), 24 * MIB, 2_000_000);
    makeCompressible(disk, random(runSeed));
    writeRawFile(source!, disk);
    const { control, own } = afterOthersDid(copiers === 0 ? 0 : 3 * MIB);
    const { count, startCopier } = countingStarter();
    const job = { control, startCopier, copiers, compress: true };
    const { dataBytes } = convert(jobOf(source!, target!, "qcow2", job));
    expect(count).toEqual({ started: copiers, stopped: copiers });
    expect(own()).toBeGreaterThan(0);
    expect(control.done).toBe(dataBytes);
    mustBeIdentical(source!, target!, "raw", "qcow2");
    const check = qemuJson<Record<string, unknown>>(["check", "-f", "qcow2", target!]);
    expect(check).toMatchObject({ "check-errors": 0 });
    expect(check["leaks"] ?? 0).toBe(0);
  });

  it("keeps the order of the disk where that is asked for, with several threads", () => {
    const folder = tempFolder();
    const [source, target] = ["a.raw", "b.vmdk"].map((name) => join(folder, name));
    const disk = patternDisk(random(runSeed + 3), 24 * MIB, 2_000_000);
    makeCompressible(disk, random(runSeed));
    writeRawFile(source!, disk);
    const { count, startCopier } = countingStarter();
    const options = { subformat: "streamOptimized" };
    const job = jobOf(source!, target!, "vmdk", { startCopier, copiers: 2, options });
    convertWithOthers(job, 5 * MIB);
    expect(count).toEqual({ started: 2, stopped: 2 });
    mustBeIdentical(source!, target!, "raw", "vmdk");
    const bytes = readFileSync(target!);
    const sectors: bigint[] = [];
    for (let at = 65_536; bytes.readUInt32LE(at + 8) > 0;) {
      sectors.push(bytes.readBigUInt64LE(at));
      at += Math.ceil((12 + bytes.readUInt32LE(at + 8)) / 512) * 512;
    }
    expect(sectors.length).toBeGreaterThan(50);
    expect(sectors).toEqual(sectors.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it.each(["twoGbMaxExtentSparse", "twoGbMaxExtentFlat"])(
    "starts its threads once for all files of a %s",
    (subformat) => {
      const folder = tempFolder();
      const [source, target] = ["a.raw", "b.vmdk"].map((name) => join(folder, name));
      // In 5 files.
      writeIslands(source!, 1200, 8 * MIB);
      const { control, own } = afterOthersDid(20 * 4096);
      const { count, startCopier } = countingStarter();
      convert(jobOf(source!, target!, "vmdk", { control, startCopier, options: { subformat } }));
      expect(count).toEqual({ started: 1, stopped: 1 });
      expect(own()).toBeGreaterThan(0);
      expect(control.done).toBe(control.total);
      mustBeIdentical(source!, target!, "raw", "vmdk");
    },
  );

  it("writes the zeros too when they are kept", () => {
    const folder = tempFolder();
    const [source, target, raw] = ["a.raw", "b.qcow2", "c.raw"].map((name) => join(folder, name));
    writeIslands(source!, 40, MIB);
    const { control } = afterOthersDid(3 * MIB);
    const { startCopier } = countingStarter();
    const job = { control, startCopier, keepZeros: true };
    expect(convert(jobOf(source!, target!, "qcow2", job)).dataBytes).toBe(40 * MIB);
    const map = qemuJson<{ data: boolean; zero: boolean }[]>(["map", target!]);
    expect(map.every(({ data, zero }) => data && !zero)).toBe(true);
    mustBeIdentical(source!, target!, "raw", "qcow2");
    convert(jobOf(target!, raw!, "raw", { keepZeros: true }));
    expect(statSync(raw!).blocks * 512).toBeGreaterThanOrEqual(40 * MIB);
  });

  it("compresses one batch after the other with small clusters", () => {
    const folder = tempFolder();
    const [source, target] = ["a.raw", "b.qcow2"].map((name) => join(folder, name));
    // A batch has 512 operations, as each of its small blocks is told by itself.
    writeIslands(source!, 1200, 160 * 1024);
    const { control } = afterOthersDid(300 * 4096);
    const { startCopier } = countingStarter();
    const job = { control, startCopier, copiers: 2, compress: true };
    convert(jobOf(source!, target!, "qcow2", { ...job, options: { cluster_size: 512 } }));
    mustBeIdentical(source!, target!, "raw", "qcow2");
    qemuImg(["check", target!]);
  });

  it("goes from batch to batch together", () => {
    const folder = tempFolder();
    const [source, target] = ["a.raw", "b.qcow2"].map((name) => join(folder, name));
    writeIslands(source!, 9000, 160 * 1024);
    const { control } = afterOthersDid(2 * MIB);
    const { startCopier } = countingStarter();
    const options = { cluster_size: 4096 };
    convert(jobOf(source!, target!, "qcow2", { control, startCopier, options }));
    mustBeIdentical(source!, target!, "raw", "qcow2");
    qemuImg(["check", target!]);
  });

  it("does without a thread that never comes up", () => {
    const folder = tempFolder();
    const [source, target] = ["a.raw", "b.qcow2"].map((name) => join(folder, name));
    writeIslands(source!, 300, MIB);
    const startCopier = startCopierThread(join(folder, "missing.mjs"));
    convert(jobOf(source!, target!, "qcow2", { startCopier }));
    mustBeIdentical(source!, target!, "raw", "qcow2");
  });

  it.each([
    ["qcow2", {}],
    ["vmdk", { subformat: "streamOptimized" }],
  ] as const)("tells what a thread met, with the file's name, %s %o", (format, options) => {
    const folder = tempFolder();
    const [source, target] = ["a.raw", "b.image"].map((name) => join(folder, name));
    writeIslands(source!, 64, MIB);
    const { size } = statSync(source!);
    const { startCopier: start } = countingStarter();
    const control = createControl();
    let crew: Crew | undefined;
    const startCopier = (work: CopierWork) => {
      crew = createCrew(work.crew);
      return start(work);
    };
    // The calling thread takes no step before the other has failed, because the file lost its end.
    const deadline = Date.now() + 60_000;
    const throwIfCancelled = (): void => {
      truncateSync(source!, size / 64);
      while (!crew?.failed && Date.now() < deadline) pause(1);
    };
    const slow = Object.create(control, {
      throwIfCancelled: { value: throwIfCancelled },
    }) as Control;
    const job = { control: slow, startCopier, options };
    const attempt = () => convert(jobOf(source!, target!, format, job));
    expect(attempt).toThrow(
      expect.objectContaining({
        code: "io",
        file: source,
        message: expect.stringContaining("changed"),
      }),
    );
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });

  it("leaves no thread waiting for its turn when it is cancelled", () => {
    const folder = tempFolder();
    const [source, target] = ["a.raw", "b.vmdk"].map((name) => join(folder, name));
    writeIslands(source!, 2000, 160 * 1024);
    const { count, startCopier } = countingStarter();
    const options = { subformat: "streamOptimized" };
    const job = jobOf(source!, target!, "vmdk", { startCopier, copiers: 2, options });
    const attempt = () => convertWithOthers(job, 50 * 4096, () => job.control.cancel());
    expect(attempt).toThrow(expect.objectContaining({ code: "cancelled" }));
    expect(count).toEqual({ started: 2, stopped: 2 });
    expect(job.control.done).toBeLessThan(2000 * 4096);
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });

  it.each([
    ["qcow2", {}],
    ["qcow2", { compress: true }],
    ["vmdk", { options: { subformat: "twoGbMaxExtentSparse" } }],
  ] as const)("stops all threads when it is cancelled, %s %o", (format, over) => {
    const folder = tempFolder();
    const [source, target] = ["a.raw", "b.image"].map((name) => join(folder, name));
    writeIslands(source!, 2000, 160 * 1024);
    const { control } = afterOthersDid(100 * 4096);
    const { count, startCopier } = countingStarter();
    const whenHalf = Object.create(control, {
      throwIfCancelled: {
        value: () => {
          control.throwIfCancelled();
          control.cancel();
        },
      },
    }) as Control;
    const attempt = () =>
      convert(jobOf(source!, target!, format, { control: whenHalf, startCopier, ...over }));
    expect(attempt).toThrow(expect.objectContaining({ code: "cancelled" }));
    expect(count).toEqual({ started: 1, stopped: 1 });
    expect(control.done).toBeLessThan(2000 * 4096);
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });
});
