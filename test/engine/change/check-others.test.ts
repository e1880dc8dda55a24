import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import type { CheckResult } from "../../../shared/model/check";
import { checkImage, repairImage } from "../../../electron/engine";
import { formatById } from "../../../electron/engine/formats/registry";
import { closedGate } from "../../../electron/engine/image/gate";
import { memorySource } from "../../../electron/engine/io/memory";
import { describeWithQemu, qemuImg, qemuIo, runOracle } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { newFolder, removeFolder, tempFolder } from "../../helpers/temp-folder";
import { bytesOf, crashes, recordingTarget, replay } from "./recording";

const formats = ["vdi", "vpc", "vhdx", "vmdk"] as const;
type Checked = (typeof formats)[number];

/** Where the table with the blocks' places lies, and bytes of an entry. */
const tables: Record<Checked, (bytes: Buffer) => { at: number; entry: number }> = {
  vdi: (bytes) => ({ at: bytes.readUInt32LE(340), entry: 4 }),
  vpc: (bytes) => ({ at: Number(bytes.readBigUInt64BE(512 + 16)), entry: 4 }),
  // qemu lays the BAT behind the log.
  vhdx: (bytes) => ({ at: Number(bytes.readBigUInt64LE(0x30000 + 16 + 16)), entry: 8 }),
  vmdk: (bytes) => {
    const directory = Number(bytes.readBigUInt64LE(56)) * 512;
    return { at: bytes.readUInt32LE(directory) * 512, entry: 4 };
  },
};

const sound: Partial<Record<Checked, Buffer>> = {};

beforeAll(() => {
  const folder = newFolder();
  for (const format of formats) {
    const path = join(folder, `a.${format}`);
    const blocks = format === "vhdx" ? ["-o", "block_size=1M"] : [];
    qemuImg(["create", "-q", "-f", format, ...blocks, path, "12M"]);
    qemuIo(path, format, ["write -q -P 7 0 3M", "write -q -P 8 6M 64k", "write -q -P 9 9M 1M"]);
    sound[format] = readFileSync(path);
  }
  removeFolder(folder);
});

const soundOf = (format: Checked): Buffer => Buffer.from(sound[format] ?? []);

function check(bytes: Buffer, format: Checked): CheckResult {
  const checked = formatById(format).check?.(memorySource(bytes), closedGate);
  if (checked === undefined) throw new Error(`${format} has no check`);
  return checked;
}

const textsOf = ({ findings }: CheckResult): string[] => findings.map(({ text }) => text);

describeWithQemu("images of qemu are found sound", () => {
  it.each(formats)("%s", (format) => {
    const result = check(soundOf(format), format);
    expect(textsOf(result)).toEqual([]);
    expect(result).toMatchObject({ corruptions: 0, leaks: 0, checkErrors: 0 });
    expect(result.allocatedClusters).toBeGreaterThan(0);
    expect(result.totalClusters).toBeGreaterThanOrEqual(result.allocatedClusters);
    expect(result.imageEndOffset).toBeLessThanOrEqual(soundOf(format).length);
  });

  it("vmdk in several files, and one of them too short", () => {
    const path = join(tempFolder(), "a.vmdk");
    qemuImg(["create", "-q", "-f", "vmdk", "-o", "subformat=monolithicFlat", path, "1M"]);
    expect(checkImage(path)).toMatchObject({ corruptions: 0, checkErrors: 0 });
    const flat = path.replace(".vmdk", "-flat.vmdk");
    writeFileSync(flat, readFileSync(flat).subarray(0, 1000));
    expect(checkImage(path)).toMatchObject({ corruptions: 1 });
  });

  it("raw has nothing to check", () => {
    const path = join(tempFolder(), "a.raw");
    writeFileSync(path, Buffer.alloc(512));
    expect(() => checkImage(path)).toThrow("no tables to check");
  });
});

describeWithQemu("a VDI's corruptions are counted as qemu-img does", () => {
  const seed = runSeed;
  it(`with entries at random (seed ${seed})`, () => {
    const r = random(seed);
    const path = join(tempFolder(), "a.vdi");
    for (let round = 0; round < 8; round += 1) {
      const bytes = soundOf("vdi");
      const { at } = tables.vdi(bytes);
      for (let i = r.between(1, 4); i > 0; i -= 1)
        // Past the last of 12 blocks nobody can be; past those in the file only Lamina looks.
        bytes.writeUInt32LE(
          r.pick([0, 1, 2, 3, 99, 0xffffffff, 0xfffffffe]),
          at + r.between(0, 12) * 4,
        );
      writeFileSync(path, bytes);
      const { stdout, stderr } = runOracle("qemu-img", [
        "check",
        "-f",
        "vdi",
        "--output=json",
        path,
      ]);
      const { corruptions = 0 } = JSON.parse(stdout) as { corruptions?: number };
      const result = check(bytes, "vdi");
      expect(result.corruptions, [stderr, ...textsOf(result)].join("\n")).toBe(corruptions);
    }
  });
});

describeWithQemu("damaged tables are found", () => {
  it.each(formats)("%s: a block past the end of the file", (format) => {
    const bytes = soundOf(format);
    const { at, entry } = tables[format](bytes);
    if (format === "vhdx") bytes.writeBigUInt64LE((2n ** 30n) | 6n, at);
    else if (format === "vpc") bytes.writeUInt32BE(0x00ffffff, at);
    else bytes.writeUInt32LE(format === "vdi" ? 11 : 0x00ffffff, at);
    const result = check(bytes, format);
    expect(result.corruptions).toBeGreaterThan(0);
    expect(textsOf(result).join()).toContain("past the end of the file");
    expect(result.findings.some((finding) => finding.at === at)).toBe(true);
    expect(entry).toBeGreaterThan(0);
  });

  it.each(formats)("%s: two blocks at one place", (format) => {
    const bytes = soundOf(format);
    const { at, entry } = tables[format](bytes);
    bytes.copy(bytes, at, at + entry, at + 2 * entry);
    const result = check(bytes, format);
    expect(result.corruptions).toBeGreaterThan(0);
    expect(textsOf(result).join()).toMatch(/overlap|lies where/);
    // The first of the two is no longer told by the redundant table.
    if (format === "vmdk") expect(textsOf(result).join()).toContain("its copy differ");
  });

  it("vmdk: a grain directory that lies nowhere, while its copy is sound", () => {
    const bytes = soundOf("vmdk");
    bytes.writeUInt32LE(0x7fffffff, Number(bytes.readBigUInt64LE(56)) * 512);
    const result = check(bytes, "vmdk");
    expect(textsOf(result)[0]).toContain("Grain table 0 of the grain directory");
  });

  it("vpc: footer, its copy, and the header between", () => {
    const footer = soundOf("vpc");
    footer.writeUInt8(1, footer.length - 100);
    expect(check(footer, "vpc").corruptions).toBeGreaterThan(0);
    const copy = soundOf("vpc");
    copy.writeUInt8(1, 400);
    expect(textsOf(check(copy, "vpc"))).toEqual([
      "The copy of the footer is damaged: its checksum is wrong",
    ]);
    const header = soundOf("vpc");
    header.writeUInt8(1, 512 + 1000);
    expect(textsOf(check(header, "vpc")).join()).toContain("checksum of the dynamic disk header");
  });

  it("vhdx: a header, a region table, a state that does not exist", () => {
    const bytes = soundOf("vhdx");
    const { at } = tables.vhdx(bytes);
    bytes.writeUInt8(1, 0x10000 + 200);
    bytes.writeUInt8(1, 0x40000 + 2000);
    bytes.writeBigUInt64LE(4n, at);
    const result = check(bytes, "vhdx");
    expect(result.corruptions).toBe(1);
    expect(textsOf(result)).toEqual([
      "One of the two headers is damaged",
      "One of the two region tables is damaged",
      "Block 0 is in state 4, which it cannot be in",
    ]);
  });
});

/** Damage that can be mended where it is. */
const mendable: readonly { name: string; format: Checked; damage: (bytes: Buffer) => Buffer }[] = [
  {
    name: "a VHD's footer, from its copy",
    format: "vpc",
    damage: (bytes) => bytes.fill(0x55, bytes.length - 512),
  },
  {
    name: "a VHD that lost its footer",
    format: "vpc",
    damage: (bytes) => bytes.subarray(0, bytes.length - 512),
  },
  {
    name: "the copy of a VHD's footer",
    format: "vpc",
    damage: (bytes) => bytes.fill(0x55, 100, 512),
  },
  {
    name: "a VMDK's grain directory, by the redundant one",
    format: "vmdk",
    damage: (bytes) => {
      bytes.writeUInt32LE(0x7fffffff, Number(bytes.readBigUInt64LE(56)) * 512);
      return bytes;
    },
  },
  {
    name: "a VMDK's redundant grain directory",
    format: "vmdk",
    damage: (bytes) => {
      bytes.writeUInt32LE(0x7fffffff, Number(bytes.readBigUInt64LE(48)) * 512);
      return bytes;
    },
  },
  {
    name: "a VHDX header and a region table",
    format: "vhdx",
    damage: (bytes) => bytes.fill(0x55, 0x20000, 0x30000).fill(0x55, 0x30000, 0x40000),
  },
];

describeWithQemu("what is safe to mend is mended where it is", () => {
  it.each(mendable)("$name", ({ format, damage }) => {
    const folder = tempFolder();
    const path = join(folder, "a");
    const damaged = Buffer.from(damage(soundOf(format)));
    writeFileSync(path, damaged);
    const { before, after } = repairImage(path, "all");
    expect(before.findings).not.toEqual([]);
    expect(textsOf(after)).toEqual([]);
    const good = join(folder, "good");
    writeFileSync(good, soundOf(format));
    qemuImg(["compare", "-f", format, "-F", format, path, good]);
    // Whatever a crash leaves reads as it did.
    const { file, steps } = recordingTarget(damaged);
    formatById(format).repair?.(file, "all", closedGate);
    const r = random(runSeed);
    const { size } = formatById(format).open(memorySource(soundOf(format)), closedGate);
    for (const done of crashes(r, steps, 2)) {
      const left = replay(damaged, done);
      const layer = formatById(format).open(memorySource(left), closedGate);
      expect(layer.size).toBe(size);
      expect(check(Buffer.from(left), format).checkErrors).toBe(0);
    }
    expect(bytesOf(file).length).toBeGreaterThan(0);
  });

  it("but a VMDK's grain directory not where grains are lost: its table would read as one of them", () => {
    const sound = soundOf("vmdk");
    sound.writeUInt32LE(0x7fffffff, Number(sound.readBigUInt64LE(56)) * 512);
    const bytes = sound.subarray(0, sound.length - 512 * 1024);
    const { file, steps } = recordingTarget(bytes);
    const result = formatById("vmdk").repair?.(file, "all", closedGate);
    expect(result?.before.corruptions).toBeGreaterThan(0);
    expect(steps).toEqual([]);
  });

  it("is left alone when only leaks are to be mended, or nothing can be", () => {
    const path = join(tempFolder(), "a");
    const footer = soundOf("vpc").fill(0x55, 100, 512);
    writeFileSync(path, footer);
    const { before, after } = repairImage(path, "leaks");
    expect(after).toBe(before);
    const vdi = soundOf("vdi");
    vdi.writeUInt32LE(99, tables.vdi(vdi).at);
    writeFileSync(path, vdi);
    const left = repairImage(path, "all");
    expect(left.after).toBe(left.before);
    expect(readFileSync(path).equals(vdi)).toBe(true);
  });
});
