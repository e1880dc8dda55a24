import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { moveGptBackup } from "../../../electron/engine/inside/gpt-move";
import { convert } from "../../../electron/engine";
import { expectBytes } from "../../helpers/bytes";
import { tempFolder } from "../../helpers/temp-folder";
import { jobOf } from "../ops/convert-job";
import { gptDisk } from "./gpt-disk";

const MIB = 1024 * 1024;

/** The grown disk, its patches laid over it. */
function grown(disk: Buffer, newSize: number): Buffer {
  const read = (at: number, length: number) => new Uint8Array(disk.subarray(at, at + length));
  const result = Buffer.alloc(newSize);
  disk.copy(result);
  let covered = 0;
  const patches = moveGptBackup(read, disk.length, newSize);
  for (const { at, bytes } of patches.toSorted((a, b) => a.at - b.at)) {
    expect(at).toBeGreaterThanOrEqual(covered);
    covered = at + bytes.length;
    result.set(bytes, at);
  }
  return result;
}

const unmoved = (disk: Buffer, newSize: number): Buffer =>
  Buffer.concat([disk, Buffer.alloc(newSize - disk.length)]);

describe("moving a GPT's backup", () => {
  it.each([512, 4096])("makes the disk a larger one was born with, sectors of %i", (sectorSize) => {
    const partitions = [
      [40, 99],
      [100, 150],
    ] as const;
    const disk = gptDisk({ size: 2 * MIB, sectorSize, partitions });
    for (const added of [sectorSize, 5 * sectorSize, 40 * sectorSize, 3 * MIB]) {
      const newSize = 2 * MIB + added;
      const born = gptDisk({ size: newSize, sectorSize, partitions });
      const result = grown(disk, newSize);
      // Where the old backup was there are zeros; all else that lies between is no partition's.
      const tableSize = 16_384 + sectorSize;
      const oldBackup = 2 * MIB - tableSize;
      const newBackup = newSize - tableSize;
      expectBytes(result.subarray(0, oldBackup), born.subarray(0, oldBackup));
      expectBytes(result.subarray(newBackup), born.subarray(newBackup));
      if (newBackup > oldBackup)
        expect(result.subarray(oldBackup, newBackup).every((byte) => byte === 0)).toBe(true);
    }
  });

  it("leaves a hybrid MBR as it is", () => {
    const disk = gptDisk({ size: 2 * MIB, sectorSize: 512, partitions: [[40, 50]], hybrid: true });
    const result = grown(disk, 3 * MIB);
    expectBytes(result.subarray(0, 512), disk.subarray(0, 512));
    expect(result.readBigUInt64LE(512 + 32)).toBe(BigInt((3 * MIB) / 512 - 1));
  });

  it.each([
    ["a damaged header", 512 + 60],
    ["a damaged table", 1024 + 3],
    ["no signature", 512],
  ])("keeps its hands off %s", (_, at) => {
    const disk = gptDisk({ size: 2 * MIB, sectorSize: 512, partitions: [[40, 50]] });
    disk[at]! ^= 0xff;
    expectBytes(grown(disk, 3 * MIB), unmoved(disk, 3 * MIB));
  });

  it("moves it although the old backup is damaged, and leaves that alone", () => {
    const disk = gptDisk({ size: 2 * MIB, sectorSize: 512, partitions: [[40, 50]] });
    disk[2 * MIB - 512 + 60]! ^= 0xff;
    const result = grown(disk, 3 * MIB);
    expectBytes(result.subarray(2 * MIB - 512, 2 * MIB), disk.subarray(2 * MIB - 512));
    expect(result.toString("latin1", 3 * MIB - 512, 3 * MIB - 504)).toBe("EFI PART");
  });

  it("moves nothing where a partition would lie over it", () => {
    const large = gptDisk({ size: 3 * MIB, sectorSize: 512, partitions: [[40, 6000]] });
    const cut = Buffer.from(large.subarray(0, 2 * MIB));
    expectBytes(grown(cut, 2 * MIB + 512), unmoved(cut, 2 * MIB + 512));
  });

  it.each([0, 100, 512, 1536, 4096])("reads nothing past the end of %i bytes", (size) => {
    expect(moveGptBackup((_, length) => new Uint8Array(length), size, MIB)).toEqual([]);
  });
});

const missing = spawnSync("sgdisk", ["--version"]).error !== undefined;
const title = `sgdisk${missing ? " (skipped: not installed)" : ""}`;

describe.skipIf(missing)(title, () => {
  it("agrees with the moved table, and moves it in the same way", () => {
    const folder = tempFolder();
    const [source, theirs, ours] = ["a.raw", "b.raw", "c.raw"].map((name) => join(folder, name));
    const sgdisk = (...args: string[]) => {
      const { status, stdout } = spawnSync("sgdisk", args, { encoding: "utf8" });
      expect([status, stdout]).toEqual([0, expect.any(String)]);
      return stdout;
    };
    writeFileSync(source!, "");
    truncateSync(source!, 8 * MIB);
    sgdisk("-n", "1:2048:4095", "-n", "2:4096:16350", "-c", "2:root", source!);
    copyFileSync(source!, theirs!);
    truncateSync(theirs!, 20 * MIB);
    sgdisk("-e", theirs!);
    const request = { images: [{ path: source!, grants: [] }], size: 20 * MIB };
    convert(jobOf(source!, ours!, "raw", { source: request }));
    expect(sgdisk("-v", ours!)).toMatch(/No problems found/);
    const [a, b] = [readFileSync(ours!), readFileSync(theirs!)];
    expectBytes(a.subarray(512, 34 * 512), b.subarray(512, 34 * 512));
    expectBytes(a.subarray(-33 * 512), b.subarray(-33 * 512));
    expect(a.readUInt32LE(446 + 12)).toBe((20 * MIB) / 512 - 1);
  });
});
