import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectBytes } from "../../../helpers/bytes";
import { describeWithQemu, qemuImg, runOracle } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { fileBytes, marked } from "./bytes";
import { descriptorText, hosted, type HostedSpec } from "./handmade";
import { guestBytes, imageErrorOf, openBytes, openPath, runsOf } from "./opened";

const grain = 8192;

/** Random grains of a disk, and every byte of it as an array. */
function model(seed: number, capacity: number, chance = 0.5) {
  const rng = random(seed);
  const bytes = new Uint8Array(capacity * 512);
  const grains = new Map<number, Uint8Array>();
  for (let i = 0; i * grain < bytes.length; i += 1) {
    if (!rng.chance(chance)) continue;
    const content = marked(i + 1, grain);
    grains.set(i, content);
    bytes.set(content.subarray(0, bytes.length - i * grain), i * grain);
  }
  return { bytes, grains, order: rng.shuffled([...grains.keys()]) };
}

const embedded = descriptorText(['RW 997 SPARSE "/somewhere/else.vmdk"']);

describe(`hosted sparse extents (seed ${runSeed})`, () => {
  it.each([
    ["scattered grains", {}],
    ["small tables", { entriesPerTable: 7 }],
    ["version 2", { version: 2 }],
    ["version 3, which is 1 with changed-block tracking", { version: 3 }],
    ["compressed grains", { compressed: true, version: 3 }],
    ["compressed grains and a footer", { compressed: true, version: 3, footer: true }],
    ["compressed, small tables", { compressed: true, entriesPerTable: 5 }],
  ] as [string, Partial<HostedSpec>][])("%s", (_, spec) => {
    // 997 sectors are no whole grains.
    const { bytes, grains, order } = model(runSeed, 997);
    const { file } = hosted({ capacity: 997, grains, order, descriptor: embedded, ...spec });
    const layer = openBytes(file.bytes());
    expect(layer.size).toBe(997 * 512);
    expect(layer.blockSize).toBe(grain);
    expectBytes(guestBytes(layer), bytes);
    // Everything that is asked for at once and in short pieces is the same.
    for (let at = 0; at < bytes.length;) {
      const run = layer.map(at, 700);
      expect(run.length).toBeGreaterThan(0);
      expect(run.length).toBeLessThanOrEqual(700);
      at += run.length;
    }
  });

  it("neighbours in the file are one run, across tables", () => {
    const grains = new Map(Array.from({ length: 20 }, (_, i) => [i + 3, marked(i, grain)]));
    const { file } = hosted({ capacity: 640, entriesPerTable: 4, grains });
    const layer = openBytes(file.bytes());
    expect(layer.map(3 * grain + 512, 2 ** 40)).toMatchObject({
      kind: "data",
      length: 20 * grain - 512,
    });
    expect(runsOf(layer)).toEqual([
      [0, 3 * grain, "unallocated"],
      [3 * grain, 20 * grain, "data"],
      [23 * grain, 17 * grain, "unallocated"],
    ]);
  });

  it("an entry of 1 is zeros where the flag says so, and hides the parent", () => {
    const grains = new Map<number, Uint8Array | number>([
      [1, 1],
      [2, 1],
      [3, marked(3, grain)],
    ]);
    const zeroed = hosted({ capacity: 80, grains, flags: 7, version: 2 });
    expect(runsOf(openBytes(zeroed.file.bytes())).map(([, , kind]) => kind)).toEqual([
      "unallocated",
      "zero",
      "data",
      "unallocated",
    ]);
    const plain = hosted({ capacity: 80, grains, flags: 3 });
    expect(openBytes(plain.file.bytes()).map(grain, 512)).toMatchObject({ kind: "data", at: 512 });
    // A directory entry of 1 stands for a whole table of them.
    zeroed.file.u32(zeroed.directory, 1);
    expect(runsOf(openBytes(zeroed.file.bytes()))).toEqual([[0, 80 * 512, "zero"]]);
  });

  it("an extent without a descriptor opens, as a part of a split disk", () => {
    const { file } = hosted({ capacity: 32, grains: new Map([[0, marked(1, grain)]]) });
    const layer = openBytes(file.bytes());
    expect(guestBytes(layer).subarray(0, grain)).toEqual(marked(1, grain));
    expect(layer.facts.formatSpecific).toBeUndefined();
  });

  it("the extent that an embedded descriptor names is the file itself, whatever the name", () => {
    const lines = ['RW 32 SPARSE "../elsewhere/renamed since.vmdk"'];
    const grains = new Map([[0, marked(1, grain)]]);
    const { file } = hosted({ capacity: 32, grains, descriptor: descriptorText(lines) });
    // The gate has no file of that name, nor any other.
    const layer = openBytes(file.bytes());
    expect(guestBytes(layer).subarray(0, grain)).toEqual(marked(1, grain));
    expect(layer.otherFiles).toEqual([]);
  });

  it("a header without capacity only holds a descriptor", () => {
    const file = hosted({ capacity: 0, descriptor: descriptorText(['RW 4 FLAT "a.bin" 0']) }).file;
    const flat = marked(4, 2048);
    expect(guestBytes(openBytes(file.bytes(), { "a.bin": flat }))).toEqual(flat);
    const empty = hosted({ capacity: 0, descriptor: descriptorText(['RW 0 SPARSE "x"']) }).file;
    expect(openBytes(empty.bytes()).size).toBe(0);
  });

  it("an image that went through a transfer in text mode is refused with what to do", () => {
    const { file } = hosted({ capacity: 32 });
    file.put(75, Uint8Array.of(10, 10));
    expect(imageErrorOf(() => openBytes(file.bytes()))).toMatchObject({
      code: "invalid-header",
      at: 73,
      expected: "0a 20 0d 0a",
      found: "0a 20 0a 0a",
      hint: expect.stringContaining("binary"),
    });
    // Without the flag those bytes mean nothing.
    file.u32(8, 2);
    expect(openBytes(file.bytes()).size).toBe(32 * 512);
  });
});

describe("redundant grain directory", () => {
  const { bytes, grains, order } = model(5, 640);
  const make = () => hosted({ capacity: 640, entriesPerTable: 8, grains, order });

  it("is used when the primary does not lie in the file", () => {
    for (const sector of [0n, 2n ** 40n]) {
      const { file } = make();
      expectBytes(guestBytes(openBytes(file.u64(56, sector).bytes())), bytes);
    }
  });

  it("is used for a table that the primary puts past the end", () => {
    const { file, directory } = make();
    file.u32(directory + 8, 0x7fffffff);
    expectBytes(guestBytes(openBytes(file.bytes())), bytes);
  });

  it("is not used without its flag", () => {
    const { file, directory } = make();
    const noCopy = fileBytes(file.u32(8, 1).bytes());
    expect(imageErrorOf(() => openBytes(noCopy.u64(56, 2 ** 40).bytes()))).toMatchObject({
      code: "truncated",
      at: 2 ** 49,
    });
    file.u32(directory + 8, 0x7fffffff);
    const layer = openBytes(file.bytes());
    expect(imageErrorOf(() => guestBytes(layer))).toMatchObject({
      code: "truncated",
      at: directory + 8,
    });
  });

  it("is not mixed in while the primary is good", () => {
    const { file, redundantDirectory } = make();
    file.put(redundantDirectory, new Uint8Array(40).fill(0xff));
    expectBytes(guestBytes(openBytes(file.bytes())), bytes);
  });
});

describe("what the file ends before is never zeros", () => {
  it("a grain", () => {
    const { file, places } = hosted({ capacity: 64, grains: new Map([[1, marked(1, grain)]]) });
    const layer = openBytes(file.bytes().subarray(0, places.get(1)! + 700));
    expect(layer.map(grain, grain)).toMatchObject({ kind: "data", length: 700 });
    expect(imageErrorOf(() => layer.map(grain + 700, 512))).toMatchObject({
      code: "truncated",
      at: places.get(1)! + 700,
    });
    expect(layer.map(0, 512).kind).toBe("unallocated");
  });

  it("a flat extent", () => {
    const layer = openBytes(descriptorText(['RW 8 FLAT "a.bin" 0']), { "a.bin": marked(1, 1000) });
    expect(layer.map(0, 4096)).toMatchObject({ kind: "data", length: 1000 });
    expect(imageErrorOf(() => layer.map(1000, 512))).toMatchObject({ code: "truncated", at: 1000 });
  });
});

describeWithQemu("hand-made images are what qemu-img takes them for", () => {
  it.each([
    ["scattered grains", {}],
    ["footer", { compressed: true, version: 3, footer: true }],
  ] as [string, Partial<HostedSpec>][])("%s", (_, spec) => {
    const folder = tempFolder();
    const { bytes, grains, order } = model(runSeed ^ 3, 997);
    const { file } = hosted({ capacity: 997, grains, order, descriptor: embedded, ...spec });
    writeFileSync(join(folder, "a.vmdk"), file.bytes());
    qemuImg(["convert", "-f", "vmdk", "-O", "raw", "a.vmdk", "a.raw"], folder);
    expectBytes(readFileSync(join(folder, "a.raw")), bytes);
    expectBytes(guestBytes(openPath(join(folder, "a.vmdk"))), bytes);
  });

  it("a stranger's absolute extent is read by qemu-img and refused by the gate", () => {
    const folder = tempFolder();
    const secret = join(tempFolder(), "secret.bin");
    writeFileSync(secret, marked(1, 2048));
    const text = descriptorText([`RW 4 FLAT "${secret}" 0`], { createType: "monolithicFlat" });
    writeFileSync(join(folder, "a.vmdk"), text);
    const leak = runOracle("qemu-img", ["convert", "-O", "raw", "a.vmdk", "leak.raw"], folder);
    expect(leak.status).toBe(0);
    expect(imageErrorOf(() => openPath(join(folder, "a.vmdk")))).toMatchObject({
      code: "refused",
      file: secret,
    });
  });
});
