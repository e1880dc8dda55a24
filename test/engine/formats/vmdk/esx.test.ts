import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectBytes } from "../../../helpers/bytes";
import { describeWithQemu, qemuImg } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { fileBytes, marked } from "./bytes";
import { cowd, seSparse, seSparseEntry, seSparsePlaces } from "./esx-handmade";
import { descriptorText } from "./handmade";
import { guestBytes, imageErrorOf, openBytes, openPath, runsOf } from "./opened";

const rng = random(runSeed ^ 21);

/** A disk of 3 tables and a bit, in grains of one sector, as ESX writes it. */
const capacity = 3 * 4096 + 17;
const guest = new Uint8Array(capacity * 512);
const grains = new Map<number, Uint8Array>();
for (const grain of rng.shuffled(Array.from({ length: capacity }, (_, i) => i))) {
  // The second table is not there at all.
  if (Math.floor(grain / 4096) === 1 || rng.chance(0.8)) continue;
  grains.set(grain, marked(grain, 512));
  guest.set(marked(grain, 512), grain * 512);
}

/** Grains of 4 KiB: some stored in any order, some zero, unmapped or not there. */
const seCapacity = 5 * 4096 * 8 + 40;
const seGuest = new Uint8Array(seCapacity * 512);
const seGrains = new Map<number, { index: number; content: Uint8Array } | bigint>();
const indices = rng.shuffled(Array.from({ length: 6000 }, (_, i) => i));
for (let grain = 0; grain < seCapacity / 8; grain += rng.between(1, 60)) {
  const kind = rng.between(0, 4);
  if (kind === 0) seGrains.set(grain, 0x1000000000000000n);
  else if (kind === 1) seGrains.set(grain, 0x2000000000000000n);
  else {
    const content = marked(grain, 4096);
    seGrains.set(grain, { index: indices.pop()!, content });
    seGuest.set(content.subarray(0, seGuest.length - grain * 4096), grain * 4096);
  }
}

describeWithQemu(`extents of ESX as qemu-img reads them (seed ${runSeed})`, () => {
  it.each([
    ["vmfsSparse", `RW ${capacity} VMFSSPARSE "a-delta.vmdk"`, cowd(capacity, 1, grains), guest],
    [
      "seSparse",
      `RW ${seCapacity} SESPARSE "a-delta.vmdk"`,
      seSparse(seCapacity, seGrains),
      seGuest,
    ],
  ])("%s", (createType, line, bytes, expected) => {
    const folder = tempFolder();
    writeFileSync(join(folder, "a-delta.vmdk"), bytes);
    writeFileSync(join(folder, "a.vmdk"), descriptorText([line], { createType }));
    qemuImg(["convert", "-f", "vmdk", "-O", "raw", "a.vmdk", "a.raw"], folder);
    expectBytes(readFileSync(join(folder, "a.raw")), expected);
    const layer = openPath(join(folder, "a.vmdk"));
    expectBytes(guestBytes(layer), expected);
    expect(layer.blockSize).toBe(createType === "seSparse" ? 4096 : 512);
  });
});

describe("ESX Server sparse extents", () => {
  it("open without a descriptor, too", () => {
    const layer = openBytes(cowd(100, 8, new Map([[3, marked(1, 4096)]])));
    expect(runsOf(layer)).toEqual([
      [0, 3 * 4096, "unallocated"],
      [3 * 4096, 4096, "data"],
      [4 * 4096, 100 * 512 - 4 * 4096, "unallocated"],
    ]);
  });

  it.each([
    ["version", 4, 2, "unsupported"],
    ["grain size", 16, 0, "invalid-header"],
    ["grain size", 16, 0x200001, "invalid-header"],
    ["number of directory entries", 24, 0, "invalid-header"],
    ["directory's place", 20, 0, "invalid-table"],
    ["directory's place", 20, 0xffffffff, "truncated"],
  ])("refuses a bad %s", (_, at, value, code) => {
    const bytes = cowd(100, 8, new Map([[3, marked(1, 4096)]]));
    expect(imageErrorOf(() => openBytes(fileBytes(bytes).u32(at, value).bytes())).code).toBe(code);
  });
});

describe("space-efficient sparse extents", () => {
  const make = () =>
    fileBytes(seSparse(80, new Map([[2, { index: 5, content: marked(1, 4096) }]])));

  it("unallocated, unmapped and zero are told apart", () => {
    const entries = new Map([
      [1, 0x1000000000000000n],
      [3, 0x2000000000000000n],
      [4, seSparseEntry(0)],
    ]);
    const bytes = fileBytes(seSparse(80, entries)).bytes(seSparsePlaces.grains + 4096);
    expect(runsOf(openBytes(bytes)).map(([at, , kind]) => [at / 4096, kind])).toEqual([
      [0, "unallocated"],
      [1, "zero"],
      [2, "unallocated"],
      [3, "zero"],
      [4, "data"],
      [5, "unallocated"],
    ]);
  });

  it("an index of more than twelve bits is put together from both ends of the entry", () => {
    const entries = new Map([[0, seSparseEntry(0x1234)]]);
    const bytes = fileBytes(seSparse(80, entries)).bytes(seSparsePlaces.grains + 0x1235 * 4096);
    expect(openBytes(bytes).map(0, 4096)).toMatchObject({
      kind: "data",
      at: seSparsePlaces.grains + 0x1234 * 4096,
    });
  });

  it.each([
    ["version", 8, "unsupported"],
    ["grain size", 24, "unsupported"],
    ["grain table size", 32, "unsupported"],
    ["flags", 40, "unsupported"],
    ["reserved field", 72, "unsupported"],
    ["volatile header's magic", seSparsePlaces.volatileHeader, "invalid-header"],
    ["journal that was not replayed", seSparsePlaces.volatileHeader + 24, "unsupported"],
  ])("refuses another %s", (_, at, code) => {
    expect(imageErrorOf(() => openBytes(make().u64(at, 77).bytes()))).toMatchObject({ code, at });
  });

  it("refuses a directory that is too small, and bad entries", () => {
    expect(imageErrorOf(() => openBytes(make().u64(136, 0).bytes())).code).toBe("invalid-header");
    const { directory, tables } = seSparsePlaces;
    const entries: [number, bigint, string][] = [
      [directory, 0x2000000000000000n, "invalid-table"],
      [directory, 0x10000000ffffffffn, "truncated"],
      [tables, 0x4000000000000000n, "invalid-table"],
      [tables, 1n, "invalid-table"],
      [tables, 0x3fffffffffffffffn, "invalid-table"],
      [tables, 0x3000000000ffffffn, "truncated"],
    ];
    for (const [at, entry, code] of entries) {
      const layer = openBytes(make().u64(at, entry).bytes());
      expect(imageErrorOf(() => layer.map(0, 512)).code).toBe(code);
    }
  });
});
