import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Format } from "../../../electron/engine/formats/format";
import { formats } from "../../../electron/engine/formats/registry";
import { createControl } from "../../../electron/engine/ops/control";
import { convert } from "../../../electron/engine/ops/convert";
import type { FormatId, OptionValues } from "../../../shared/model/format";
import { expectBytes } from "../../helpers/bytes";
import { patternDisk, writeRawFile } from "../../helpers/pattern-disk";
import { random, runSeed } from "../../helpers/seed";
import { newFolder, removeFolder } from "../../helpers/temp-folder";
import { optionSets } from "./own-images";

/** In bytes: more than one block of most formats; 7-Zip opens no VHDX of an odd number of sectors. */
const diskSize = 2 * 512 * 3001;

/** How other programs than qemu know a format. Raw files are not here: they have nothing to open. */
interface Known {
  readonly suffix: string;
  /** 7-Zip's name of it. */
  readonly sevenZip: string;
  /** The tool of the libyal project that tells of it, and what it says of an image. */
  readonly info?: readonly [tool: string, told: (made: Made) => string[]];
}

/** An image of ours. */
interface Made {
  readonly path: string;
  readonly options: OptionValues;
  readonly compress: boolean;
}

const vmdkTypes: Readonly<Record<string, string>> = {
  monolithicFlat: "Monolithic flat",
  twoGbMaxExtentSparse: "2GB extent sparse",
  twoGbMaxExtentFlat: "2GB extent flat",
  streamOptimized: "Stream optimized",
};

const diskType = ({ options }: Made): string =>
  options["subformat"] === "fixed" ? "Disk type: Fixed" : "Disk type: Dynamic";

const known: Partial<Record<FormatId, Known>> = {
  qcow2: {
    suffix: "qcow2",
    sevenZip: "QCOW",
    info: [
      "qcowinfo",
      ({ options }) => [
        `Format version: ${options["compat"] === "0.10" ? 2 : 3}`,
        "Encryption method: None",
        "Number of snapshots: 0",
      ],
    ],
  },
  vmdk: {
    suffix: "vmdk",
    sevenZip: "VMDK",
    info: [
      "vmdkinfo",
      ({ options }) => [
        `Disk type: ${vmdkTypes[String(options["subformat"])] ?? "Monolithic sparse"}`,
        "Parent content identifier: 0xffffffff",
      ],
    ],
  },
  vdi: { suffix: "vdi", sevenZip: "VDI" },
  vpc: {
    suffix: "vhd",
    sevenZip: "VHD",
    info: ["vhdiinfo", (made) => ["Format: VHD (version 1)", diskType(made)]],
  },
  vhdx: {
    suffix: "vhdx",
    sevenZip: "VHDX",
    info: ["vhdiinfo", (made) => ["Format: VHDX (version 2)", diskType(made)]],
  },
};

/** Neither 7-Zip 26.02 nor libqcow 20201213 reads these qcow2 features; qemu-img does. */
const readByNeither = (options: OptionValues): boolean =>
  options["extended_l2"] === true || options["compression_type"] === "zstd";

/** Every variant once: defaults that are spelled out are left out. */
function variantsOf(format: Format): Omit<Made, "path">[] {
  const defaults = new Map(format.options.map((option) => [option.name, option.default]));
  const sets = optionSets(format).filter(
    (options) =>
      !readByNeither(options) &&
      Object.entries(options).every(([name, value]) => defaults.get(name) !== value),
  );
  const plain = sets.map((options) => ({ options, compress: false }));
  return format.compresses ? [...plain, { options: {}, compress: true }] : plain;
}

/** What a program printed, which must have ended well, and the words before it when it did not. */
function printed(tool: string, args: readonly string[]): Buffer {
  const { status, stdout, stderr, error } = spawnSync(tool, args, {
    timeout: 60_000,
    maxBuffer: 2 ** 26,
  });
  if (error) throw error;
  if (status === 0) return stdout;
  throw new Error(
    `${tool} ${args.join(" ")}\nended with ${status}\n${String(stdout)}${String(stderr)}`,
  );
}

const has = (tool: string): boolean => spawnSync(tool, ["-h"]).error === undefined;

/** 7-Zip's own program first; p7zip's old one does not know every format. */
const sevenZip = ["7zz", "7z"].find(has);
const sevenZipKnows = sevenZip === undefined ? "" : String(printed(sevenZip, ["i"]));

/** A suite that is skipped, and whose name says why, where `missing` says so. */
function describeUnless(missing: string | undefined, name: string, suite: () => void): void {
  if (missing === undefined) describe(name, suite);
  else describe.skip(`${name} (skipped: ${missing})`, suite);
}

const writable = formats.filter(({ create, id }) => create && id !== "raw");

describe.each(writable.map((format) => [format.id, format] as const))("%s", (id, format) => {
  const about = known[id];
  if (about === undefined) throw new Error(`It is not said who else reads ${id}`);
  const { suffix, sevenZip: type, info } = about;
  const disk = patternDisk(random(runSeed), diskSize);
  let folder = "";
  let all: Made[] = [];
  beforeAll(() => {
    folder = newFolder();
    const path = join(folder, "disk.img");
    writeRawFile(path, disk);
    all = variantsOf(format).map((variant, nth) => {
      const target = join(folder, `${nth}.${suffix}`);
      const source = { images: [{ path, grants: [] }] };
      const how = { replace: false, flush: false, control: createControl() };
      convert({ source, target, format: id, ...variant, ...how });
      return { path: target, ...variant };
    });
  });
  afterAll(() => removeFolder(folder));

  const content = ({ options }: Made): Uint8Array => {
    if (options["whole_mib"] !== true) return disk.bytes;
    const whole = new Uint8Array(Math.ceil(diskSize / 2 ** 20) * 2 ** 20);
    whole.set(disk.bytes);
    return whole;
  };

  const oldSevenZip = sevenZipKnows.includes(` ${type} `)
    ? undefined
    : `${sevenZip} knows no ${type}`;
  const no7zip = sevenZip === undefined ? "7zz and 7z are not installed" : oldSevenZip;
  describeUnless(no7zip, "read by 7-Zip", () => {
    it(`is whole and the same disk, every variant (seed ${runSeed})`, () => {
      expect(all.length).toBeGreaterThan(1);
      for (const made of all) {
        const tested = String(printed(sevenZip ?? "", ["t", made.path]));
        expect(tested, JSON.stringify(made)).toContain(`Type = ${type}`);
        expect(tested, JSON.stringify(made)).toContain("Everything is Ok");
        expectBytes(printed(sevenZip ?? "", ["e", "-so", made.path]), content(made));
      }
    });
  });

  if (info === undefined) return;
  const [tool, told] = info;
  describeUnless(has(tool) ? undefined : `${tool} is not installed`, `read by ${tool}`, () => {
    it("has its type and size, every variant", () => {
      for (const made of all) {
        const lines = String(printed(tool, [made.path])).replaceAll(/\s*:\s+/g, ": ");
        for (const line of told(made)) expect(lines, JSON.stringify(made)).toContain(line);
        expect(lines, JSON.stringify(made)).toMatch(
          new RegExp(`Media size: .*\\b${content(made).length} bytes`),
        );
      }
    });
  });
});
