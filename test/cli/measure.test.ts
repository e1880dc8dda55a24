import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formats } from "../../electron/engine";
import { needsHoles } from "../helpers/holes";
import { patternDisk, writeRawFile } from "../helpers/pattern-disk";
import { describeWithQemu, qemuImg } from "../helpers/qemu-img";
import { random, runSeed, type Random } from "../helpers/seed";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { makeImages } from "./images";
import { forEach, linkAsQemuImg, run, words } from "./programs";

/** Command lines that both programs run, as in reading.test.ts. */
const lines = {
  grammar: `
    measure | measure a.img s.qcow2 | measure --size 1M a.img | measure -f raw --size 1M | measure -o ,
    measure --size=1M a.img five | measure --output=foo a.img | measure --size foo | measure --size 8E
    measure --size -1 | measure -O nope a.img | measure -O nope nope | measure nope | measure ''
    measure -f nope a.img | measure --outp json --si 1M | measure -U five -O raw | measure -- five
    measure --size 5 --size 1k | measure -O iso --size 1M | measure -O dmg --size 1M | measure -f qcow2 a.img
    measure missing.qcow2 | measure --output=json missing-3.qcow2`,
  "images without options": `
    measure a.img | measure five | measure empty --output=json | measure s.qcow2 | measure -f raw s.qcow2
    measure -O qcow2 a.img | measure -O qcow2 five | measure -O qcow2 empty | measure -O qcow2 differs
    measure -O qcow2 s.qcow2 | measure -O qcow2 --output=json s.qcow2 | measure -O qcow2 v2.qcow2
    measure -O qcow2 comp.qcow2 | measure -O qcow2 metadata.qcow2 | measure -O qcow2 fine.qcow2
    measure -O qcow2 sub.qcow2 | measure -O qcow2 large.qcow2 | measure -O qcow2 over-s.qcow2
    measure -O qcow2 down.qcow2 | measure --output=json -O qcow2 over-over.qcow2
    measure -O qcow2 over-raw.qcow2 | measure -O qcow2 dirty.qcow2 | measure grown-data -O qcow2`,
  "snapshots and ways to open": `
    measure -l one s.qcow2 | measure -O qcow2 -l one s.qcow2 | measure -l snapshot.name=one s.qcow2
    measure -l nope s.qcow2 | measure -l snapshot.foo=1 s.qcow2 | measure -l one --size 1M
    measure -l one five | measure --image-opts --size 1M | measure -l one nope | measure -l 1 s.qcow2
    measure --output=json -O qcow2 --image-opts driver=qcow2,file.filename=s.qcow2
    measure --object secret,id=s,data=abc five`,
  options: `
    measure -O qcow2 -o compat=v3 --size 1M | measure -O qcow2 -o compat=0.10 s.qcow2
    measure -O qcow2 -o compat=0.10,refcount_bits=8 --size 1M
    measure -O qcow2 -o compat=0.10,extended_l2=on --size 1M
    measure -O qcow2 -o cluster_size=4k,extended_l2=on --size 1M
    measure -O qcow2 -o cluster_size=3k,compat=9,refcount_bits=3,preallocation=q --size 1M
    measure -O qcow2 -o compat=9,preallocation=q --size 1M | measure -o foo=1 nope
    measure -O qcow2 -o refcount_bits=3,preallocation=q --size 1M | measure -o foo=1 five
    measure -O qcow2 -o cluster_size=abc --size 1M | measure -O qcow2 -o extended_l2=maybe --size 1M
    measure -O qcow2 -o compression_type=foo --size 1M | measure -O qcow2 -o help --size 1M
    measure -O qcow2 -o lazy_refcounts=on,compat=0.10 --size 1M | measure -O raw -o size=3G --size 1M
    measure -O raw -o preallocation=1 --size 1M | measure -O raw -o nocow=3 --size 1M
    measure -O qcow2 -o preallocation=falloc s.qcow2 | measure -O qcow2 -o preallocation=full --size 1G
    measure -O qcow2 -o preallocation=metadata s.qcow2 | measure -O qcow2 -o preallocation=foo s.qcow2
    measure -O qcow2 -o backing_file=s.qcow2 over-s.qcow2 | measure -O qcow2 -o backing_file= five
    measure -O qcow2 -o backing_file=x --size 1M | measure -O qcow2 -o data_file=x --size 1M
    measure -O qcow2 -o cluster_size=512 --size 1T | measure -O qcow2 --size 7E
    measure -O qcow2 -o refcount_bits=99999999999999999999 --size 1M
    measure -O qcow2 -o cluster_size=4k -o refcount_bits=8 s.qcow2`,
};

/** Sizes of every magnitude that both programs can tell. */
function randomSize(seeded: Random): string {
  const unit = seeded.pick(["", "k", "M", "G", "T"]);
  return `${seeded.between(0, 1 + seeded.pick([4, 1024]))}${unit}`;
}

/** Options of qcow2 that change its sizes; not all of them go together. */
function randomOptions(seeded: Random): string {
  const options = [
    `cluster_size=${2 ** seeded.between(9, 22)}`,
    `refcount_bits=${2 ** seeded.between(0, 7)}`,
    `extended_l2=${seeded.pick(["on", "off"])}`,
    `compat=${seeded.pick(["0.10", "1.1"])}`,
    `preallocation=${seeded.pick(["off", "metadata", "full"])}`,
  ].filter(() => seeded.chance(0.5));
  return options.length === 0 ? "" : ` -o ${options.join()}`;
}

describeWithQemu("measure, against qemu-img", () => {
  let folder = "";
  let link = "";
  beforeAll(() => {
    folder = newFolder();
    link = linkAsQemuImg(join(folder, "bin"));
    makeImages(folder);
  });
  afterAll(() => removeFolder(folder));

  async function expectAlike(all: readonly string[]): Promise<void> {
    const differing: unknown[] = [];
    await forEach(all, async (line) => {
      const theirs = await run("qemu-img", words(line), folder);
      const ours = await run(link, words(line), folder);
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) differing.push({ line, theirs, ours });
    });
    expect(differing).toEqual([]);
  }

  it.for(Object.entries(lines))("says what qemu-img says: %s", async ([, table], context) => {
    needsHoles(context);
    const all = table.split(/[|\n]/).map((line) => line.trim());
    await expectAlike(all.filter(Boolean));
  });

  it(`says what qemu-img says of random sizes and images (seed ${runSeed})`, async (context) => {
    needsHoles(context);
    const seeded = random(runSeed);
    writeRawFile(join(folder, "random.img"), patternDisk(seeded, 3_000_000), seeded);
    const bitmaps = ["bitmap", "--add", "-g", "64k", "random.qcow2", "b"];
    qemuImg(["convert", "-O", "qcow2", "random.img", "random.qcow2"], folder);
    qemuImg(bitmaps, folder);
    const all = Array.from({ length: 24 }, () => {
      const json = seeded.chance(0.5) ? " --output=json" : "";
      const of = seeded.pick(["random.img", "random.qcow2", `--size ${randomSize(seeded)}`]);
      return `measure${json} -O qcow2${randomOptions(seeded)} ${of}`;
    });
    await expectAlike(all);
  });
});

/** What is read here of a row of `--all`. */
interface Row {
  readonly format: string;
  readonly variant: string;
  readonly provisioning: string;
  readonly options: Readonly<Record<string, string | number | boolean>>;
  readonly compress?: boolean;
  readonly "file-length": number;
  readonly estimated?: { readonly sampled: number; readonly error: number };
}

/** A value as -o takes it. */
const text = (value: string | number | boolean): string =>
  value === true ? "on" : value === false ? "off" : String(value);

describe("measure, Lamina's own", () => {
  const folder = newFolder();
  afterAll(() => removeFolder(folder));
  const link = linkAsQemuImg(join(folder, "bin"));
  const lamina = (line: string) => run(link, words(line), folder);
  beforeAll(() => writeRawFile(join(folder, "disk.img"), patternDisk(random(1), 3_000_000)));

  /** Bytes of all files that convert makes, in a folder of their own. */
  async function converted(
    place: string,
    format: string,
    list: string,
    compress: boolean,
    source = "disk.img",
  ): Promise<number> {
    mkdirSync(join(folder, place));
    const options = list === "" ? [] : ["-o", list];
    // A VMDK's descriptor holds the name: that of the measurement is as long.
    const target = join(place, "disk.vmdk");
    const args = [...(compress ? ["-c"] : []), "-O", format, ...options, source, target];
    const { code, stderr } = await run(link, ["convert", ...args], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return readdirSync(join(folder, place))
      .map((name) => statSync(join(folder, place, name)).size)
      .reduce((sum, size) => sum + size, 0);
  }

  it("measures every format that foretells its sizes, and names those that do not", async () => {
    for (const { id, measure, create } of formats) {
      if (id === "iso") continue;
      const { code, stdout, stderr } = await lamina(`measure -O ${id} --size 1M --output=json`);
      if (measure === undefined) {
        const why =
          id === "dmg"
            ? "Format driver 'dmg' does not support image creation"
            : `Block driver '${id}' does not support size measurement`;
        expect(stderr).toBe(`qemu-img: ${why}\n`);
        expect(code).toBe(1);
        continue;
      }
      expect(create).toBeDefined();
      const keys = JSON.parse(stdout) as Record<string, number>;
      expect(Object.keys(keys)).toEqual(["required", "fully-allocated"]);
      expect(keys["fully-allocated"]).toBeGreaterThanOrEqual(2 ** 20);
    }
  });

  it("measures all variants at once", async () => {
    const { stdout } = await lamina("measure --all --output=json disk.img");
    const told = JSON.parse(stdout) as Record<string, unknown>[];
    const raw = told.find(({ variant }) => variant === "raw-sparse");
    expect(raw).toMatchObject({
      format: "raw",
      provisioning: "thin",
      options: {},
      "file-length": 3_000_320,
      "fully-allocated": 3_000_320,
    });
    const table = (await lamina("measure --all disk.img")).stdout.trimEnd().split("\n");
    expect(table).toHaveLength(1 + told.length);
    expect(table[0]).toMatch(
      /^Format +Variant +Provisioning +File length +Allocated +Fully allocated$/,
    );
    expect(table.find((row) => / raw-sparse +thin +2\.86 MiB /.test(row))).toBeDefined();
    // Columns begin under their heads.
    const at = table[0]!.indexOf("Provisioning");
    for (const row of table.slice(1)) expect(row.slice(at)).toMatch(/^thi/);
    const some = await lamina("measure --all --output=json -O raw disk.img");
    expect(JSON.parse(some.stdout)).toEqual(told.filter(({ format }) => format === "raw"));
    // Whatever a name says, the options are what makes the file.
    await forEach(told as unknown as Row[], async (row) => {
      const { format, variant, options, compress = false } = row;
      const list = Object.entries(options).map(([name, value]) => `${name}=${text(value)}`);
      const made = await converted(variant, format, list.join(), compress);
      expect(made, variant).toBe(row["file-length"]);
    });
    const named = told.map(({ variant }) => variant);
    expect(named).toEqual(
      expect.arrayContaining(["vmdk-split-sparse", "vmdk-split-flat-zeroed", "qcow2-mapped"]),
    );
    const packed = told.filter(({ compress }) => compress === true);
    expect(packed.map(({ variant }) => variant)).toEqual(["qcow2-compressed"]);
  }, 60_000);

  it.each([
    ["raw", "preallocation=falloc", "raw-preallocated thick-lazy"],
    ["qcow2", "cluster_size=4k,extended_l2=off", "qcow2 thin"],
    ["qcow2", "preallocation=metadata,refcount_bits=64", "qcow2-mapped thin"],
    ["qcow2", "compat=0.10,preallocation=full,cluster_size=1M", "qcow2-zeroed thick-eager"],
    ["vmdk", "subformat=streamOptimized", "vmdk-stream thin"],
    ["vmdk", "subformat=twoGbMaxExtentFlat", "vmdk-split-flat thick-sparse"],
    ["vdi", "static=on", "vdi-static thick-sparse"],
    ["vpc", "subformat=fixed", "vpc-fixed thick-sparse"],
    ["vpc", "subformat=fixed,preallocation=falloc", "vpc-fixed-reserved thick-lazy"],
    ["vhdx", "subformat=fixed,preallocation=full", "vhdx-fixed-zeroed thick-eager"],
    ["vhdx", "block_size=1M,log_size=4M", "vhdx thin"],
  ])("measures the one way that options ask for: %s, %s", async (format, list, kind) => {
    const line = `measure --all --output=json -O ${format} -o ${list} disk.img`;
    const { code, stdout, stderr } = await lamina(line);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const rows = JSON.parse(stdout) as Row[];
    expect(rows.map(({ variant, provisioning }) => `${variant} ${provisioning}`)).toEqual([kind]);
    const made = await converted(`one-${kind.replaceAll(" ", "-")}`, format, list, false);
    expect(rows[0]?.["file-length"]).toBe(made);
  });

  it("tells what of an estimate is a sample", async () => {
    // A block in each cluster: more of them than are read, and not all alike.
    const clusters = 2600;
    const fd = openSync(join(folder, "large.img"), "w");
    const seeded = random(7);
    const block = new Uint8Array(8192);
    seeded.fill(block);
    for (let nth = 0; nth < clusters; nth++)
      writeSync(fd, block, 0, 4096 * seeded.between(1, 3), nth * 65536);
    ftruncateSync(fd, clusters * 65536);
    closeSync(fd);
    const all = await lamina("measure --all -O qcow2 --output=json large.img");
    const rows = JSON.parse(all.stdout) as Row[];
    const row = rows.find(({ compress }) => compress === true);
    const { sampled, error } = row?.estimated ?? { sampled: 0, error: 0 };
    expect(sampled).toBe((clusters / 2) * 65536);
    expect(error).toBeGreaterThan(0);
    const made = await converted("estimated", "qcow2", "", true, "large.img");
    expect(Math.abs((row?.["file-length"] ?? 0) / made - 1)).toBeLessThan(2 * error);
    for (const each of rows) if (each !== row) expect(each).not.toHaveProperty("estimated");

    const table = (await lamina("measure --all -O qcow2 large.img")).stdout;
    expect(table).toMatch(
      /^qcow2 +qcow2-compressed +thin +~[\d.]+ MiB +~[\d.]+ MiB ± [\d.]+ % +\d/m,
    );
    expect(table.match(/~/g)).toHaveLength(2);

    const stream = "measure -O vmdk -o subformat=streamOptimized";
    expect((await lamina(`${stream} large.img`)).stdout).toMatch(
      new RegExp(`\nestimated: from ${sampled} bytes of the data, ± [\\d.]+ %\n$`),
    );
  }, 60_000);

  it("measures what only the data tells: exactly, where all of it is read", async () => {
    const stream = "measure -O vmdk -o subformat=streamOptimized --output=json";
    const length = await converted("stream", "vmdk", "subformat=streamOptimized", false);
    const { required, estimated } = JSON.parse((await lamina(`${stream} disk.img`)).stdout) as {
      required: number;
      estimated?: object;
    };
    expect({ required, estimated }).toEqual({ required: length, estimated: undefined });
    const empty = JSON.parse((await lamina(`${stream} --size 1M`)).stdout) as { required: number };
    qemuImg(["create", "-q", "-f", "raw", "empty.img", "1M"], folder);
    const none = await converted("none", "vmdk", "subformat=streamOptimized", false, "empty.img");
    expect(empty.required).toBe(none);
  });

  it.each([
    ["--all --size 1M", "--all requires a filename argument."],
    ["--all -o x=y disk.img", "--all with -o requires -O."],
    ["--all -O vdi -o x=y disk.img", "Invalid parameter 'x'"],
    [
      "--all -O qcow2 -o backing_file=disk.img disk.img",
      "--all cannot be used together with the option 'backing_file'.",
    ],
    [
      "--all -O qcow2 -o cluster_size=5 disk.img",
      "Cluster size must be a power of two between 512 and 2048k",
    ],
    ["--all nope", "Could not open 'nope': Could not open 'nope': No such file or directory"],
    [
      "-O qcow2 -o encrypt.format=luks --size 1M",
      "Option 'encrypt.format=luks' is not supported by this version",
    ],
    ["--size 4E", "The image size is too large"],
  ])("refuses %s", async (line, message) => {
    const outcome = await lamina(`measure ${line}`);
    expect(outcome).toEqual({ code: 1, stdout: "", stderr: `qemu-img: ${message}\n` });
  });
});
