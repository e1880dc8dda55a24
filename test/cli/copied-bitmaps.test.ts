import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  describeWithQemu,
  mustBeIdentical,
  qemuImg,
  qemuIo,
  qemuJson,
  runOracle,
} from "../helpers/qemu-img";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { openFile } from "../../electron/engine/io/file";
import { readImageTables } from "../../electron/engine/formats/qcow2/change/image";
import { markedRanges } from "../../electron/engine/formats/qcow2/change/bitmap-marks";
import { mustBeSound } from "../engine/change/oracle-check";
import { linkAsQemuImg, run, words } from "./programs";

/** Both programs say the same of these; `new` is what they make. */
const lines = `
  convert --bitmaps -O qcow2 b.qcow2 new | convert --bitmaps -c -O qcow2 b.qcow2 new
  convert --bitmaps -O qcow2 -o cluster_size=512,refcount_bits=64 b.qcow2 new
  convert --bitmaps -O qcow2 over.qcow2 new | convert --bitmaps -B b.qcow2 -F qcow2 -O qcow2 over.qcow2 new
  convert --bitmaps -O qcow2 none.qcow2 new | convert --bitmaps --skip-broken-bitmaps -O qcow2 broken.qcow2 new
  convert --bitmaps --skip-broken-bitmaps -q -O qcow2 broken.qcow2 new
  convert --bitmaps --skip-broken-bitmaps -O qcow2 crashed.qcow2 new`;

const refused = `
  convert --bitmaps -O qcow2 broken.qcow2 new | convert --bitmaps b.qcow2 new
  convert --bitmaps -O qcow2 crashed.qcow2 new
  convert --bitmaps -O vmdk b.qcow2 new | convert --bitmaps -O qcow2 r.raw new
  convert --bitmaps r.raw new | convert --bitmaps -O qcow2 v2.qcow2 new
  convert --skip-broken-bitmaps -O qcow2 b.qcow2 new | convert --bitmaps -O qcow2 b.qcow2 b.qcow2 new
  convert --bitmaps -O qcow2 -o compat=0.10 b.qcow2 new`;

const each = (table: string): string[] =>
  table
    .split(/[|\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** Every bitmap of an image: name, granularity, flags, and what it marks. */
function bitmapsOf(path: string): unknown {
  const file = openFile(path);
  try {
    const image = readImageTables(file);
    return image.bitmaps.entries.map((entry) => {
      const { name, granularity, flags } = entry;
      return { name, granularity, flags, marked: [...markedRanges(image, entry)] };
    });
  } finally {
    file.close();
  }
}

describeWithQemu("convert --bitmaps", () => {
  let folder = "";
  let link = "";
  const path = (name: string): string => join(folder, name);
  beforeAll(() => {
    folder = newFolder();
    link = linkAsQemuImg(join(folder, "bin"));
    const make = (line: string): string => qemuImg(words(line), folder);
    make("create -q -f qcow2 b.qcow2 40M");
    make("bitmap --add b.qcow2 fine -g 512");
    make("bitmap --add b.qcow2 usual");
    qemuIo(path("b.qcow2"), "qcow2", ["write -P 7 1M 1M", "write -P 8 30M 70k"]);
    make("bitmap --add --disable -g 1M b.qcow2 coarse");
    make("bitmap --merge usual b.qcow2 coarse");
    make("create -q -f qcow2 -b b.qcow2 -F qcow2 over.qcow2");
    make("bitmap --add over.qcow2 above");
    qemuIo(path("over.qcow2"), "qcow2", ["write -P 9 3M 1M"]);
    make("create -q -f qcow2 none.qcow2 1M");
    make("create -q -f qcow2 -o compat=0.10 v2.qcow2 1M");
    make("create -q r.raw 1M");
    // Who opens it to write marks every bitmap as in use, and here ends without saving them.
    copyFileSync(path("b.qcow2"), path("crashed.qcow2"));
    runOracle("qemu-io", ["-c", "abort", "crashed.qcow2"], folder);
    copyFileSync(path("b.qcow2"), path("broken.qcow2"));
    const bytes = readFileSync(path("broken.qcow2"));
    // "Bitmaps extension": the directory's place; and the flags of its first entry.
    const extension = bytes.indexOf(Buffer.from("23852875", "hex"));
    const directory = Number(bytes.readBigUInt64BE(extension + 24));
    bytes.writeUInt32BE(3, directory + 12);
    writeFileSync(path("broken.qcow2"), bytes);
  });
  afterAll(() => removeFolder(folder));

  it("has marks to copy", () => {
    expect(JSON.stringify(bitmapsOf(path("b.qcow2")))).toContain('"marked":[{"at":1048576,');
  });

  it.for(each(lines))("makes what qemu-img makes: %s", async (line) => {
    const other = await run("qemu-img", words(line), folder);
    copyFileSync(path("new"), path("theirs"));
    rmSync(path("new"));
    expect(await run(link, words(line), folder)).toEqual(other);
    expect(other.code).toBe(0);
    expect(bitmapsOf(path("new"))).toEqual(bitmapsOf(path("theirs")));
    const data = (name: string): unknown =>
      qemuJson<{ "format-specific": unknown }>(["info", path(name)])["format-specific"];
    expect(data("new")).toEqual(data("theirs"));
    mustBeSound(path("new"));
    mustBeIdentical(path("new"), path("theirs"), "qcow2", "qcow2");
  });

  it.for(each(refused))("is refused as by qemu-img, and makes nothing: %s", async (line) => {
    const other = await run("qemu-img", words(line), folder);
    rmSync(path("new"), { force: true });
    expect(await run(link, words(line), folder)).toEqual(other);
    expect(other.code).toBe(1);
    expect(existsSync(path("new"))).toBe(false);
  });
});
