import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { vmdk } from "../../../../electron/engine/formats/vmdk";
import type { ParentRef } from "../../../../electron/engine/image/layer";
import { createFile } from "../../../../electron/engine/io/file";
import { memoryTarget } from "../../../../electron/engine/io/memory";
import type { ByteTarget } from "../../../../electron/engine/io/source";
import type { OptionValues } from "../../../../shared/model/format";
import { expectBytes, isZero } from "../../../helpers/bytes";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";
import {
  describeWithQemu,
  mustBeIdentical,
  qemuImg,
  qemuIo,
  qemuJson,
} from "../../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { guestBytes, imageErrorOf, memoryGate, openPath, runsOf } from "./opened";

const grain = 65536;
/** What a child records of its parent. */
const parent = { identity: { CID: ["0badcafe"] } };

/** Writes `content` with grains in random host order, leaving out those that are zero. */
function write(target: ByteTarget, content: Uint8Array, options: OptionValues, rng?: Random): void {
  const writer = vmdk.create!(target, { size: content.length, options });
  const { placement } = writer;
  if (placement.kind !== "slots") throw new Error("the placement has no slots");
  const held: number[] = [];
  for (let block = 0; block * grain < content.length; block += 1) {
    if (!isZero(content.subarray(block * grain, (block + 1) * grain))) {
      held.push(block);
    }
  }
  const slots = held.map((_, index) => index);
  const shuffled = rng?.shuffled(slots) ?? slots;
  for (const [index, block] of held.entries()) {
    const whole = new Uint8Array(grain);
    whole.set(content.subarray(block * grain, (block + 1) * grain));
    target.write(placement.firstSlotAt + shuffled[index]! * placement.slotSize, whole);
    writer.placed(block, shuffled[index]!, 1);
  }
  writer.finish(held.length);
}

function writeFile(path: string, content: Uint8Array, options: OptionValues = {}, rng?: Random) {
  const target = createFile(path);
  write(target, content, options, rng);
  target.close();
}

describeWithQemu(`monolithicSparse written (seed ${runSeed})`, () => {
  it.each([0, 1, 512, grain, grain * 512 + 512, 5_000_001])("%d bytes", (size) => {
    const rng = random(runSeed ^ size);
    const folder = tempFolder();
    const { bytes } = patternDisk(rng, size);
    writeFileSync(join(folder, "a.raw"), bytes);
    const path = join(folder, "a.vmdk");
    writeFile(path, bytes, {}, rng);
    const layer = openPath(path);
    expect(layer.size).toBe(Math.ceil(size / 512) * 512);
    expectBytes(guestBytes(layer).subarray(0, size), bytes);
    // qemu-img cannot open an empty disk, its own included.
    if (size === 0) return;
    mustBeIdentical(join(folder, "a.raw"), path, "raw", "vmdk");
    expect(qemuImg(["check", "-f", "vmdk", path])).toContain("No errors");
  });

  it("is as long as qemu-img makes it, and takes no more space", () => {
    const folder = tempFolder();
    const size = 100 * 2 ** 20;
    const disk = patternDisk(random(runSeed), 3_000_000);
    const content = new Uint8Array(size);
    content.set(disk.bytes);
    content.set(disk.bytes, 70 * 2 ** 20);
    writeFile(join(folder, "own.vmdk"), content);
    const hold = { kind: "data" as const };
    writeRawFile(join(folder, "a.raw"), {
      size,
      bytes: content,
      runs: [
        { ...hold, at: 0, length: 3_000_000 },
        { ...hold, at: 70 * 2 ** 20, length: 3_000_000 },
      ],
    });
    qemuImg(["convert", "-f", "raw", "-O", "vmdk", "a.raw", "qemu.vmdk"], folder);
    const own = statSync(join(folder, "own.vmdk"));
    const qemu = statSync(join(folder, "qemu.vmdk"));
    expect(own.size).toBe(qemu.size);
    expect(own.blocks).toBeLessThanOrEqual(qemu.blocks * 1.02);
  });

  it.each([
    [{}, "ide", "4", "16"],
    [{ adapter_type: "lsilogic", hwversion: "17" }, "lsilogic", "17", "255"],
    [{ adapter_type: "legacyESX", hwversion: "21" }, "legacyESX", "21", "255"],
  ])("says what was chosen: %o", (options, adapter, hwversion, heads) => {
    const path = join(tempFolder(), "a.vmdk");
    const content = new Uint8Array(2 ** 20).fill(1, 0, 10);
    writeFile(path, content, options);
    const text = readFileSync(path)
      .subarray(512, 21 * 512)
      .toString();
    expect(text).toContain(`ddb.adapterType = "${adapter}"`);
    expect(text).toContain(`ddb.virtualHWVersion = "${hwversion}"`);
    expect(text).toContain(`ddb.geometry.heads = "${heads}"`);
    const { "format-specific": specific } = qemuJson<{ "format-specific": { data: object } }>([
      "info",
      path,
    ]);
    expect(openPath(path).facts.formatSpecific).toEqual(specific.data);
  });

  it("can be written to by qemu, which also changes the content ID", () => {
    const path = join(tempFolder(), "a.vmdk");
    const content = new Uint8Array(34 * 2 ** 20).fill(1, 0, 10);
    writeFile(path, content);
    const before = openPath(path).facts.formatSpecific?.["cid"];
    qemuIo(path, "vmdk", ["write -P 7 32M 1M"]);
    const layer = openPath(path);
    content.fill(7, 32 * 2 ** 20, 33 * 2 ** 20);
    expectBytes(guestBytes(layer), content);
    expect(layer.facts.formatSpecific?.["cid"]).not.toBe(before);
    qemuImg(["check", "-f", "vmdk", path]);
  });
});

describe("monolithicSparse written to memory", () => {
  it("both grain directories say the same", () => {
    const content = new Uint8Array(34 * 2 ** 20).fill(5, 31 * 2 ** 20, 33 * 2 ** 20);
    const target = memoryTarget("own.vmdk");
    write(target, content, {}, random(3));
    const primary = vmdk.open(target, memoryGate());
    expectBytes(guestBytes(primary), content);
    const place = Buffer.alloc(8);
    target.read(56, place);
    target.write(56, new Uint8Array(8));
    expect(place.readBigUInt64LE()).toBeGreaterThan(21n);
    expectBytes(guestBytes(vmdk.open(target, memoryGate())), content);
  });

  it("every image has a content ID of its own", () => {
    const ids = Array.from({ length: 20 }, () => {
      const target = memoryTarget();
      write(target, new Uint8Array(512), {});
      return vmdk.open(target, memoryGate()).facts.formatSpecific?.["cid"];
    });
    expect(new Set(ids).size).toBe(20);
  });

  it("64 TiB with little data take little space", () => {
    const target = memoryTarget();
    const size = 2 ** 46;
    const writer = vmdk.create!(target, { size, options: {} });
    const last = size / grain - 1;
    writer.placed(7, 1, 1);
    writer.placed(last, 0, 1);
    writer.finish(2);
    expect(target.allocated).toBeLessThan(20 * 2 ** 20);
    const { placement } = writer;
    if (placement.kind !== "slots") throw new Error("the placement has no slots");
    const layer = vmdk.open(target, memoryGate());
    expect(layer.map(7 * grain, 512)).toMatchObject({ at: placement.firstSlotAt + grain });
    expect(layer.map(last * grain, 512)).toMatchObject({ at: placement.firstSlotAt });
    expect(layer.map(8 * grain, 2 ** 36)).toMatchObject({ kind: "unallocated", length: 2 ** 36 });
  });

  it("more data than 32-bit sectors reach is refused when it is placed", () => {
    const writer = vmdk.create!(memoryTarget(), { size: 2 ** 42, options: {} });
    const most = 2 ** 41 / grain;
    expect(imageErrorOf(() => writer.placed(0, most - 1, 2)).code).toBe("limit");
  });

  it.each([
    ["an option that there is not", 512, { cluster_size: 65536 }],
    ["a subformat that there is not", 512, { subformat: "vmfs" }],
    ["several files without a place for them", 512, { subformat: "monolithicFlat" }],
    ["zeroed grains without grains", 512, { subformat: "monolithicFlat", zeroed_grain: true }],
    ["a switch that is no switch", 512, { zeroed_grain: "on" }],
    ["a stream past 1 PiB", 2 ** 51, { subformat: "streamOptimized" }],
    ["an adapter that there is not", 512, { adapter_type: "nvme" }],
    ["a disk past 1 PiB", 2 ** 51, {}],
    ["a size that is no number", Number.NaN, {}],
    ["a size below zero", -512, {}],
  ])("refuses %s", (_, size, options: OptionValues) => {
    const create = (): unknown => vmdk.create!(memoryTarget(), { size, options });
    expect(imageErrorOf(create).code).toBe("invalid-argument");
  });

  it.each<[string, ParentRef, OptionValues]>([
    ["without a content ID", { name: "base.vmdk" }, {}],
    ["with a name that a descriptor cannot hold", { name: 'a"b.vmdk', expects: parent }, {}],
    ["of a flat disk", { name: "base.vmdk", expects: parent }, { subformat: "monolithicFlat" }],
  ])("refuses a parent %s", (_, backing, options) => {
    const create = (): void => {
      const files = { name: "disk.vmdk", add: memoryTarget };
      vmdk.create!(memoryTarget(), { size: 512, options, backing, files }).finish(0);
    };
    expect(imageErrorOf(create).code).toBe("invalid-argument");
  });

  it.each(["monolithicSparse", "streamOptimized"])(
    "names the parent of a %s, and hides it",
    (subformat) => {
      const target = memoryTarget();
      const backing = { name: "grundplatte-ü.vmdk", format: "vmdk", expects: parent };
      const size = 4 * grain;
      const writer = vmdk.create!(target, { size, options: { subformat }, backing });
      writer.zeroed?.(1, 2);
      writer.finish(0);
      const layer = vmdk.open(target, memoryGate());
      expect(layer.parent).toEqual(backing);
      expect(runsOf(layer)).toEqual([
        [0, grain, "unallocated"],
        [grain, 2 * grain, "zero"],
        [3 * grain, grain, "unallocated"],
      ]);
    },
  );

  it("an empty image says nothing of its disk", () => {
    const target = memoryTarget();
    write(target, new Uint8Array(2 ** 20), {});
    expect(runsOf(vmdk.open(target, memoryGate()))).toEqual([[0, 2 ** 20, "unallocated"]]);
    expect(target.size).toBe(grain);
  });
});
