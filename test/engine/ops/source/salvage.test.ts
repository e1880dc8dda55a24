import { readFileSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { convert, createControl } from "../../../../electron/engine";
import { ImageError, type ImageErrorCode } from "../../../../electron/engine/errors";
import { stackLayers } from "../../../../electron/engine/image/disk-image";
import type { ImageLayer } from "../../../../electron/engine/image/layer";
import { createSalvageLog } from "../../../../electron/engine/ops/source/salvage-log";
import { salvageImage } from "../../../../electron/engine/ops/source/salvaged";
import { expectBytes } from "../../../helpers/bytes";
import { describeWithQemu, qemuImg, qemuJson } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { blockLayer, type BlockLayer } from "../../image/block-layer";
import { handmade, copied } from "../../formats/qcow2/handmade";
import { jobOf } from "../convert-job";
import { expectDisk } from "./disk-model";

const CLUSTER = 65_536;

/** `layer`, in which these blocks cannot be found, decoded or read; its bytes with zeros for them. */
function damaged(layer: BlockLayer, blocks: ReadonlyMap<number, ImageErrorCode>) {
  const { blockSize, source } = layer;
  const fail = (code: ImageErrorCode): never => {
    throw new ImageError(code, "damaged");
  };
  const codeAt = (at: number) => blocks.get(Math.floor(at / blockSize));
  const map: ImageLayer["map"] = (at, max) => {
    const code = codeAt(at);
    if (code === "invalid-table") fail(code);
    const run = layer.map(at, max);
    if (code === undefined) return run;
    if (run.kind === "encoded") return { ...run, decode: () => fail(code) };
    if (run.kind !== "data") return run;
    const broken = { ...source, read: () => fail(code) };
    return code === "truncated"
      ? { ...run, source: { ...broken, size: 0 } }
      : { ...run, source: broken };
  };
  const bytes = layer.bytes.slice();
  for (const block of blocks.keys()) bytes.fill(0, block * blockSize, (block + 1) * blockSize);
  return { layer: { ...layer, map }, bytes };
}

describe(`salvaging, seed ${runSeed}`, () => {
  it.each([0, 1, 2, 3, 4])("loses the damaged blocks and nothing else, layout %i", (index) => {
    const numbers = random(runSeed + index);
    const blockSize = numbers.pick([512, 4096, 8192]);
    const kinds = Array.from({ length: 60 }, () => numbers.pick(["data", "encoded"] as const));
    const sound = blockLayer(numbers, 60 * blockSize - numbers.between(0, 100), blockSize, kinds);
    const bad = new Map<number, ImageErrorCode>();
    for (let count = 0; count < 20; count++) {
      const codes = ["invalid-table", "corrupt-data", "io", "truncated"] as const;
      bad.set(numbers.between(0, 60), numbers.pick(codes));
    }
    const { layer, bytes } = damaged(sound, bad);
    const log = createSalvageLog();
    const disk = salvageImage(
      stackLayers([layer]),
      (range) => log.add(range),
      () => undefined,
    );
    // Pages of 4 KiB are the least that is given up of smaller blocks with an I/O error.
    if (blockSize === 512) {
      const read = new Uint8Array(disk.size);
      disk.read(0, read);
      for (let at = 0; at < disk.size; at++) if (read[at] !== bytes[at]) expect(read[at]).toBe(0);
      return;
    }
    expectDisk(disk, bytes, numbers);
    const expected = Array.from({ length: 60 }, (_, block) => bad.get(block));
    const told = log.result();
    expect(told.unlisted).toBe(0);
    let total = 0;
    for (const { at, length, reason } of told.ranges) {
      total += length;
      for (let block = at / blockSize; block * blockSize < at + length; block++)
        expect(expected[block]).toBe(reason);
    }
    expect(told.bytes).toBe(total);
    const lost = [...bad.keys()].map((block) => Math.min(blockSize, disk.size - block * blockSize));
    expect(total).toBe(lost.reduce((sum, length) => sum + length, 0));
  });

  it("stops when it is told to", () => {
    const sound = blockLayer(random(1), 8192, 4096, ["data", "data"]);
    const { layer } = damaged(sound, new Map([[1, "invalid-table"]]));
    const stop = () => {
      throw new ImageError("cancelled", "Cancelled.");
    };
    const disk = salvageImage(stackLayers([layer]), () => undefined, stop);
    const cancelled = expect.objectContaining({ code: "cancelled" });
    expect(() => [...disk.extents()]).toThrow(cancelled);
    expect(() => disk.read(0, new Uint8Array(8192))).toThrow(cancelled);
  });
});

describe("the list of what was salvaged", () => {
  it("counts what two threads tell twice once", () => {
    const log = createSalvageLog();
    const other = createSalvageLog(log.buffer);
    log.add({ at: 100, length: 50, reason: "io" });
    other.add({ at: 200, length: 50, reason: "io" });
    other.add({ at: 120, length: 90, reason: "io" });
    log.add({ at: 250, length: 10, reason: "corrupt-data" });
    other.add({ at: 0, length: 10, reason: "io" });
    expect(log.result()).toEqual({
      ranges: [
        { at: 0, length: 10, reason: "io" },
        { at: 100, length: 150, reason: "io" },
        { at: 250, length: 10, reason: "corrupt-data" },
      ],
      bytes: 170,
      unlisted: 0,
    });
  });

  it("stays short, and keeps counting", () => {
    const log = createSalvageLog();
    for (let index = 0; index < 6000; index++)
      log.add({ at: index * 1024, length: 512, reason: "truncated" });
    const { ranges, bytes, unlisted } = log.result();
    expect(ranges).toHaveLength(1000);
    expect(unlisted).toBe(5000);
    expect(bytes).toBe(6000 * 512);
  });
});

describe("converting a damaged image", () => {
  it("needs the request to salvage", () => {
    const folder = tempFolder();
    const path = join(folder, "a.qcow2");
    writeFileSync(path, handmade({ l2: [copied | 0x7000_0000n] }));
    expect(() => convert(jobOf(path, join(folder, "b"), "raw"))).toThrow(ImageError);
    expect(readdirSync(folder)).toEqual(["a.qcow2"]);
    const source = { images: [{ path, grants: [] }], salvage: true };
    const { salvaged } = convert(jobOf(path, join(folder, "b"), "raw", { source }));
    expect(salvaged?.ranges).toEqual([
      { at: 0, length: CLUSTER, reason: expect.stringMatching(/^(invalid-table|truncated)$/) },
    ]);
  });

  it("says so when nothing was lost", () => {
    const folder = tempFolder();
    const path = join(folder, "a.raw");
    writeFileSync(path, new Uint8Array(CLUSTER).fill(1));
    const source = { images: [{ path, grants: [] }], salvage: true };
    const { salvaged } = convert(jobOf(path, join(folder, "b"), "raw", { source }));
    expect(salvaged).toEqual({ ranges: [], bytes: 0, unlisted: 0 });
    expect(convert(jobOf(path, join(folder, "c"), "raw"))).not.toHaveProperty("salvaged");
  });

  it("gets past a disk whose every table is damaged, and can be cancelled", () => {
    const folder = tempFolder();
    const path = join(folder, "a.qcow2");
    // 1 GiB of 64 KiB clusters: two tables, both past the end of the file.
    const bytes = handmade({ size: 2 ** 30 });
    const view = new DataView(bytes.buffer);
    view.setUint32(36, 2);
    for (let entry = 0; entry < 2; entry++)
      view.setBigUint64(3 * CLUSTER + entry * 8, copied | (0x7000_0000n + BigInt(entry << 16)));
    writeFileSync(path, bytes);
    const source = { images: [{ path, grants: [] }], salvage: true };
    const { salvaged } = convert(jobOf(path, join(folder, "b"), "raw", { source }));
    expect(salvaged).toMatchObject({ ranges: [{ at: 0, length: 2 ** 30 }], unlisted: 0 });
    const control = createControl();
    control.cancel();
    expect(() => convert(jobOf(path, join(folder, "c"), "raw", { source, control }))).toThrow(
      expect.objectContaining({ code: "cancelled" }),
    );
  });
});

describeWithQemu("salvaging what qemu-img made", () => {
  it("keeps what is left of a file that was cut off", () => {
    const folder = tempFolder();
    const [raw, path, target] = ["a.raw", "b.qcow2", "c.raw"].map((name) => join(folder, name));
    const disk = new Uint8Array(40 * CLUSTER);
    random(7).fill(disk);
    writeFileSync(raw!, disk);
    qemuImg(["convert", "-f", "raw", "-O", "qcow2", raw!, path!]);
    const map = qemuJson<{ start: number; length: number; offset?: number }[]>(["map", path!]);
    const kept = readFileSync(path!).length - 10 * CLUSTER;
    truncateSync(path!, kept);
    const cutOff = map.reduce((sum, { length, offset = 0 }) => {
      return sum + length - Math.max(0, Math.min(length, kept - offset));
    }, 0);
    expect(cutOff).toBeGreaterThan(5 * CLUSTER);
    const source = { images: [{ path: path!, grants: [] }], salvage: true };
    const { salvaged } = convert(jobOf(path!, target!, "raw", { source }));
    const lost = salvaged?.ranges ?? [];
    expect(salvaged?.bytes).toBe(cutOff);
    expect(lost.map(({ reason }) => reason)).toEqual(lost.map(() => "truncated"));
    for (const { at, length } of lost) disk.fill(0, at, at + length);
    expectBytes(readFileSync(target!), disk);
  });

  it("leaves out the compressed clusters that do not decode", () => {
    const folder = tempFolder();
    const [raw, path, target] = ["a.raw", "b.qcow2", "c.raw"].map((name) => join(folder, name));
    const disk = new Uint8Array(20 * CLUSTER);
    random(8).fill(disk);
    // Half of every byte is used: it compresses to half.
    for (let at = 0; at < disk.length; at++) disk[at]! &= 15;
    writeFileSync(raw!, disk);
    qemuImg(["convert", "-c", "-f", "raw", "-O", "qcow2", raw!, path!]);
    const bytes = readFileSync(path!);
    const half = Math.floor(bytes.length / 2);
    bytes.fill(0xff, half, half + 600);
    writeFileSync(path!, bytes);
    const source = { images: [{ path: path!, grants: [] }], salvage: true };
    const { salvaged } = convert(jobOf(path!, target!, "raw", { source }));
    const lost = salvaged?.ranges ?? [];
    expect(lost.length).toBeGreaterThan(0);
    expect(salvaged?.bytes).toBeLessThan(10 * CLUSTER);
    for (const { at, length, reason } of lost) {
      expect([at % CLUSTER, length % CLUSTER, reason]).toEqual([0, 0, "corrupt-data"]);
      disk.fill(0, at, at + length);
    }
    expectBytes(readFileSync(target!), disk);
  });
});
