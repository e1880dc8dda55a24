import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { convert } from "../../../../electron/engine";
import { vmdk } from "../../../../electron/engine/formats/vmdk";
import { memoryTarget } from "../../../../electron/engine/io/memory";
import { expectBytes } from "../../../helpers/bytes";
import { diskOf, patternDisk, writeRawFile, type PatternRun } from "../../../helpers/pattern-disk";
import { describeWithQemu, mustBeIdentical, qemuImg } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { makeCompressible } from "../../ops/compressible";
import { jobOf } from "../../ops/convert-job";
import { imageErrorOf } from "./opened";

const grain = 65_536;

interface Stream {
  readonly disk: Uint8Array;
  /** Guest sectors of the grains in the order of the file. */
  readonly sectors: number[];
  /** What the markers say, in the order of the file. */
  readonly markers: string[];
}

/**
 * Reads a stream-optimized image from beginning to end, as a program that cannot seek does, and
 * checks that the tables agree with what came by.
 */
function readStream(bytes: Buffer): Stream {
  const capacity = Number(bytes.readBigUInt64LE(12));
  const disk = new Uint8Array(capacity * 512);
  const grainAt = new Map<number, number>();
  const tableAt = new Map<number, number>();
  const sectors: number[] = [];
  const markers: string[] = [];
  let directory = 0;
  let at = Number(bytes.readBigUInt64LE(64)) * 512;
  for (;;) {
    const value = Number(bytes.readBigUInt64LE(at));
    const size = bytes.readUInt32LE(at + 8);
    if (size > 0) {
      const plain = inflateSync(bytes.subarray(at + 12, at + 12 + size));
      expect(plain.length).toBe(grain);
      disk.set(plain.subarray(0, Math.min(grain, disk.length - value * 512)), value * 512);
      grainAt.set(value / 128, at / 512);
      sectors.push(value);
      at += Math.ceil((12 + size) / 512) * 512;
      continue;
    }
    const type = bytes.readUInt32LE(at + 12);
    markers.push(["end", "table", "directory", "footer"][type] ?? `unknown ${type}`);
    if (type === 0) break;
    const body = at + 512;
    if (type === 1) {
      expect(value).toBe(4);
      const entries = Array.from({ length: 512 }, (_, index) =>
        bytes.readUInt32LE(body + index * 4),
      );
      const first = entries.findIndex((entry) => entry !== 0);
      const [block = 0] = [...grainAt].find(([, sector]) => sector === entries[first]) ?? [];
      const table = Math.floor(block / 512);
      tableAt.set(table, body / 512);
      const told = entries.flatMap((entry, nth) => (entry ? [[table * 512 + nth, entry]] : []));
      const seen = [...grainAt].filter(([each]) => Math.floor(each / 512) === table);
      expect(told).toEqual(seen);
    }
    if (type === 2) {
      directory = body / 512;
      const tables = Math.ceil(capacity / 65_536);
      expect(value).toBe(Math.ceil((tables * 4) / 512));
      for (let table = 0; table < tables; table++)
        expect(bytes.readUInt32LE(body + table * 4)).toBe(tableAt.get(table) ?? 0);
    }
    if (type === 3) {
      expect(Number(bytes.readBigUInt64LE(body + 56))).toBe(directory);
      const header = Buffer.from(bytes.subarray(0, 512));
      expect(header.readBigUInt64LE(56)).toBe(2n ** 64n - 1n);
      header.writeBigUInt64LE(BigInt(directory), 56);
      expectBytes(bytes.subarray(body, body + 512), header);
    }
    at = body + value * 512;
  }
  expect(at + 512).toBe(bytes.length);
  return { disk, sectors, markers };
}

describeWithQemu(`streamOptimized written (seed ${runSeed})`, () => {
  it.each([512, grain, 5_000_192, 34 * 2 ** 20 + 512])(
    "can be read in one go, %i bytes",
    (size) => {
      const folder = tempFolder();
      const [source, target] = [join(folder, "a.raw"), join(folder, "b.vmdk")];
      const disk = patternDisk(random(runSeed + size), size, 3_000_000);
      makeCompressible(disk, random(runSeed));
      // The last byte makes sure that the last, partial grain is there.
      disk.bytes[size - 1] = 1;
      const last: PatternRun = { kind: "data", at: size - 1, length: 1 };
      writeRawFile(source, { ...disk, runs: [...disk.runs, last] });
      convert(jobOf(source, target, "vmdk", { options: { subformat: "streamOptimized" } }));
      const bytes = readFileSync(target);
      expect([bytes.readUInt32LE(4), bytes.readUInt32LE(8)]).toEqual([3, 0x30001]);
      const stream = readStream(bytes);
      expectBytes(stream.disk, disk.bytes);
      expect(stream.sectors).toEqual(stream.sectors.toSorted((a, b) => a - b));
      expect(stream.markers.slice(-3)).toEqual(["directory", "footer", "end"]);
      mustBeIdentical(source, target, "raw", "vmdk");
      expect(qemuImg(["check", "-f", "vmdk", target])).toContain("No errors");
    },
  );

  it("is about as long as qemu-img makes it, of noise as of words", () => {
    const folder = tempFolder();
    const [source, target] = [join(folder, "a.raw"), join(folder, "b.vmdk")];
    const size = 8 * 2 ** 20;
    const noise: PatternRun = { kind: "data", at: 0, length: size / 2 };
    const words: PatternRun = { kind: "data", at: size / 2, length: size / 2 };
    const disk = diskOf(random(runSeed), size, [noise, words]);
    makeCompressible({ ...disk, runs: [words] }, random(runSeed));
    writeRawFile(source, disk);
    convert(jobOf(source, target, "vmdk", { options: { subformat: "streamOptimized" } }));
    const options = ["-o", "subformat=streamOptimized"];
    qemuImg(["convert", "-O", "vmdk", ...options, source, join(folder, "q.vmdk")]);
    expect(statSync(target).size).toBeLessThan(statSync(join(folder, "q.vmdk")).size * 1.05);
  });

  it("refuses what its tables cannot reach", () => {
    const options = { subformat: "streamOptimized" };
    const writer = vmdk.create!(memoryTarget(), { size: 2 ** 43, options });
    writer.packed?.(0, { at: 2 ** 41 - 512, length: 512, encoded: true });
    const beyond = () => writer.packed?.(1, { at: 2 ** 41, length: 512, encoded: true });
    expect(imageErrorOf(beyond).code).toBe("limit");
  });
});
