import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkQcow2 } from "../../../electron/engine/formats/qcow2/check/survey";
import { memorySource } from "../../../electron/engine/io/memory";
import { describeWithQemu } from "../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { countsOf, oracleCheck } from "./oracle-check";
import { layouts, randomImage } from "./random-image";

/** Byte offsets of the 8-byte entries of L1 tables, L2 tables, refcount table and blocks. */
function entriesOf(bytes: Buffer): number[] {
  const clusterSize = 2 ** bytes.readUInt32BE(20);
  const entry = (at: number): number => Number(bytes.readBigUInt64BE(at) & 0x00fffffffffffe00n);
  const entries: number[] = [];
  const table = (at: number, count: number): void => {
    for (let i = 0; i < count && at + i * 8 + 8 <= bytes.length; i++) entries.push(at + i * 8);
  };
  const l1 = entry(40);
  const l1Size = bytes.readUInt32BE(36);
  const refcounts = entry(48);
  table(l1, l1Size);
  table(refcounts, 4);
  for (const [from, count] of [
    [l1, l1Size],
    [refcounts, 4],
  ] as const)
    for (let i = 0; i < count; i++) {
      const at = entry(from + i * 8);
      if (at > 0 && at % clusterSize === 0) table(at, Math.min(40, clusterSize / 8));
    }
  return entries;
}

/** Damages some entries: flips bits, clears them, makes two alike, or points them anywhere. */
function damage(r: Random, bytes: Buffer): void {
  const clusterSize = 2 ** bytes.readUInt32BE(20);
  const entries = entriesOf(bytes);
  const used = entries.filter((at) => bytes.readBigUInt64BE(at) !== 0n);
  for (let i = r.between(1, 4); i > 0; i--) {
    const at = r.pick(r.chance(0.8) ? used : entries);
    const value = bytes.readBigUInt64BE(at);
    const clusters = Math.ceil(bytes.length / clusterSize);
    const wrong = [
      value ^ (1n << BigInt(r.between(0, 64))),
      0n,
      bytes.readBigUInt64BE(r.pick(used)),
      (value & ~0x00fffffffffffe00n) | BigInt(r.between(0, clusters + 3) * clusterSize),
    ];
    bytes.writeBigUInt64BE(r.pick(wrong), at);
  }
}

describeWithQemu("a check counts as qemu-img check does", () => {
  for (const [i, layout] of layouts.entries()) {
    const seed = runSeed + i;
    it(`${layout.clusterSize}, ${layout.options ?? "default"} (seed ${seed})`, () => {
      const r = random(seed);
      const folder = tempFolder();
      const sound = readFileSync(randomImage(r, folder, layout));
      expect(countsOf(checkQcow2(memorySource(sound)))).toMatchObject({ corruptions: 0, leaks: 0 });
      const path = join(folder, "damaged.qcow2");
      let compared = 0;
      for (let round = 0; round < Number(process.env["ROUNDS"] ?? 8); round++) {
        const bytes = Buffer.from(sound);
        if (round > 0) damage(r, bytes);
        writeFileSync(path, bytes);
        const { counts, said } = oracleCheck(path);
        // What qemu-img does not open at all has no counts.
        if (counts === undefined) continue;
        compared += 1;
        const result = checkQcow2(memorySource(bytes));
        const ours = result.findings.map(({ kind, at, text }) => `${kind} ${at}: ${text}`);
        const both = [`round ${round}`, said, ...ours].join("\n");
        expect(countsOf(result), both).toEqual(counts);
      }
      expect(compared).toBeGreaterThan(0);
    });
  }
});
