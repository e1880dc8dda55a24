import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ImageError } from "../../../electron/engine/errors";
import { repairQcow2 } from "../../../electron/engine/formats/qcow2/check/repair";
import { checkQcow2 } from "../../../electron/engine/formats/qcow2/check/survey";
import { memorySource } from "../../../electron/engine/io/memory";
import { describeWithQemu, qemuImg, qemuIo, runOracle } from "../../helpers/qemu-img";
import { rounds } from "../../helpers/rounds";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { damage, damageCounts } from "./damage";
import { stateOf } from "./disk-state";
import { countsOf, mustBeSound, oracleCheck } from "./oracle-check";
import { layouts, randomImage } from "./random-image";
import { bytesOf, crashes, recordingTarget, replay } from "./recording";

/** The state of a damaged image, or undefined when its disk cannot be read. */
function readable(bytes: Uint8Array): string | undefined {
  try {
    return stateOf(bytes);
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}

describeWithQemu("repair", () => {
  for (const [i, layout] of layouts.entries()) {
    const seed = runSeed + i;
    it(`of all changes no data: ${layout.clusterSize}, ${layout.options ?? "default"} (seed ${seed})`, () => {
      const r = random(seed);
      const folder = tempFolder();
      const sound = readFileSync(randomImage(r, folder, layout));
      const path = join(folder, "repaired.qcow2");
      for (let round = 0; round < rounds(3, 100); round++) {
        const bytes = Buffer.from(sound);
        damage(r, bytes);
        const { file, steps } = recordingTarget(bytes);
        let found = 0;
        try {
          found = repairQcow2(file, "all").before.corruptions;
        } catch (error) {
          if (!(error instanceof ImageError)) throw error;
          // What cannot be repaired is not touched.
          expect(bytesOf(file)).toEqual(new Uint8Array(bytes));
          continue;
        }
        const after = bytesOf(file);
        // What could be read still can, and reads the same.
        const state = readable(bytes);
        if (state !== undefined) expect(readable(after)).toBe(state);
        writeFileSync(path, after);
        expect(oracleCheck(path).counts).toEqual(countsOf(checkQcow2(memorySource(after))));
        const ours = checkQcow2(memorySource(after));
        const why = ours.findings.map(({ at, text }) => `${at}: ${text}`).join("\n");
        // Places that were lost stay lost.
        expect(ours.corruptions, why).toBeLessThanOrEqual(found);
        for (const done of crashes(r, steps, 1))
          if (state !== undefined) expect(readable(replay(bytes, done))).toBe(state);
      }
    });

    it(`of refcounts and flags is whole: ${layout.clusterSize}, ${layout.options ?? "default"} (seed ${seed})`, () => {
      const r = random(seed);
      const folder = tempFolder();
      const path = randomImage(r, folder, layout);
      const bytes = readFileSync(path);
      const state = stateOf(bytes);
      damageCounts(r, bytes);
      const { file } = recordingTarget(bytes);
      const { before, after, mended } = repairQcow2(file, "all");
      expect(before.corruptions + before.leaks).toBeGreaterThan(0);
      expect(after).toMatchObject({ corruptions: 0, leaks: 0, checkErrors: 0 });
      // qemu-img counts what it mends alike.
      writeFileSync(path, bytes);
      const { stdout } = runOracle("qemu-img", ["check", "-r", "all", "--output=json", path]);
      const theirs = JSON.parse(stdout) as Record<string, number | undefined>;
      if (theirs["corruptions"] === undefined) {
        expect(mended).toBe(theirs["corruptions-fixed"] ?? 0);
        expect(before.leaks).toBe(theirs["leaks-fixed"] ?? 0);
      }
      writeFileSync(path, bytesOf(file));
      mustBeSound(path);
      expect(stateOf(bytesOf(file))).toBe(state);
    });
  }

  const tableOf = (bytes: Buffer): number => Number(bytes.readBigUInt64BE(48));
  const lost: readonly (readonly [string, (bytes: Buffer) => unknown])[] = [
    ["whose place is past the file's end", (bytes) => bytes.writeBigUInt64BE(2n ** 32n, 48)],
    ["whose place is 0", (bytes) => bytes.writeBigUInt64BE(0n, 48)],
    ["of no clusters", (bytes) => bytes.writeUInt32BE(0, 56)],
    ["without entries", (bytes) => bytes.fill(0, tableOf(bytes), tableOf(bytes) + 512)],
  ];
  it.each(lost)("writes a refcount table %s anew, and reads as before", (_, lose) => {
    const path = randomImage(random(runSeed), tempFolder(), { ...layouts[0]!, clusters: 100 });
    const bytes = readFileSync(path);
    const state = stateOf(bytes);
    lose(bytes);
    writeFileSync(path, bytes);
    const { counts, said } = oracleCheck(path);
    expect(countsOf(checkQcow2(memorySource(bytes))), said).toEqual(counts);
    const { file } = recordingTarget(bytes);
    expect(repairQcow2(file, "all").before.corruptions).toBeGreaterThan(0);
    writeFileSync(path, bytesOf(file));
    mustBeSound(path);
    expect(stateOf(bytesOf(file))).toBe(state);
  });

  it("widens refcounts that are too narrow for their uses", () => {
    const path = join(tempFolder(), "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", "-o", "refcount_bits=1", path, "1M"]);
    qemuIo(path, "qcow2", ["write -P 1 0 256k"]);
    const bytes = readFileSync(path);
    const entry = (at: number): number => Number(bytes.readBigUInt64BE(at) & 0xfffffffffffe00n);
    const l2 = entry(entry(40));
    // Three guest clusters in one place of the file.
    for (const index of [1, 2]) bytes.copyWithin(l2 + index * 8, l2, l2 + 8);
    const state = stateOf(bytes);
    const { file } = recordingTarget(bytes);
    expect(repairQcow2(file, "all").after).toMatchObject({ corruptions: 0, leaks: 0 });
    writeFileSync(path, bytesOf(file));
    mustBeSound(path);
    expect(stateOf(bytesOf(file))).toBe(state);
    expect(readFileSync(path).readUInt32BE(96)).toBe(1);
    // Each is now written to by itself.
    qemuIo(path, "qcow2", ["write -P 2 64k 64k", "read -P 1 0 64k", "read -P 1 128k 64k"]);
    mustBeSound(path);
  });

  it("frees leaks and leaves a damaged image alone when it is asked for leaks", () => {
    const r = random(runSeed);
    const folder = tempFolder();
    const path = randomImage(r, folder, layouts[5]!);
    // A snapshot that is forgotten leaves all of it behind.
    const leaking = readFileSync(path);
    leaking.writeUInt32BE(1, 60);
    const { file } = recordingTarget(leaking);
    const { before, after } = repairQcow2(file, "leaks");
    expect(before.leaks).toBeGreaterThan(0);
    expect(before.corruptions).toBe(0);
    expect([after.leaks, after.corruptions]).toEqual([0, 0]);
    writeFileSync(path, bytesOf(file));
    mustBeSound(path);
    expect(stateOf(bytesOf(file))).toBe(stateOf(leaking));

    const broken = readFileSync(path);
    const table = Number(broken.readBigUInt64BE(48));
    broken.writeUInt16BE(0, Number(broken.readBigUInt64BE(table)));
    const untouched = recordingTarget(broken);
    expect(repairQcow2(untouched.file, "leaks").after.corruptions).toBeGreaterThan(0);
    expect(untouched.steps).toEqual([]);
  });

  it("frees leaks of any height at once", () => {
    const path = join(tempFolder(), "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", "-o", "refcount_bits=64", path, "1M"]);
    const leaking = readFileSync(path);
    const table = Number(leaking.readBigUInt64BE(48));
    const block = Number(leaking.readBigUInt64BE(table));
    leaking.writeBigUInt64BE(2n ** 50n, block);
    leaking.writeBigUInt64BE(2n ** 64n - 1n, block + 8);
    const { file } = recordingTarget(leaking);
    expect(repairQcow2(file, "leaks").after.leaks).toBe(0);
    writeFileSync(path, bytesOf(file));
    mustBeSound(path);
  });

  it("takes the marks of a dirty and corrupt image away", () => {
    const folder = tempFolder();
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", "-o", "lazy_refcounts=on", path, "1M"]);
    const marked = readFileSync(path);
    marked.writeBigUInt64BE(3n, 72);
    const { file } = recordingTarget(marked);
    const { before, after } = repairQcow2(file, "all");
    expect([before.dirty, before.corrupt]).toEqual([true, true]);
    expect([after.dirty, after.corrupt]).toEqual([false, false]);
    writeFileSync(path, bytesOf(file));
    mustBeSound(path);
    expect(readFileSync(path).readBigUInt64BE(72)).toBe(0n);
  });
});
