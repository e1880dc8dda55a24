import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  compareImages,
  createControl,
  openImage,
  type CompareResult,
} from "../../../electron/engine";
import { describeWithQemu, qemuImg, qemuIo, runOracle } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { randomChain, type MadeImage } from "./random-image";

const opened = ({ path, format }: MadeImage) => openImage({ path, format, grants: [] });

function compare(a: MadeImage, b: MadeImage, strict = false): CompareResult {
  const first = opened(a);
  const second = opened(b);
  try {
    return compareImages(first, second, { strict });
  } finally {
    first.close();
    second.close();
  }
}

/** What qemu-img would print for a result. */
function words(result: CompareResult, strict: boolean): string {
  const warning = result.sizesDiffer && !strict ? "Warning: Image size mismatch!\n" : "";
  if (result.identical) return `${warning}Images are identical.\n`;
  const what = {
    content: `Content mismatch at offset ${result.at}!\n`,
    status: `Strict mode: Offset ${result.at} block status mismatch!\n`,
    size: "Strict mode: Image size mismatch!\n",
  };
  return warning + what[result.reason];
}

/** Ours must say what qemu-img says, both ways round. */
function expectSameWords(a: MadeImage, b: MadeImage, modes: readonly boolean[] = [false]): void {
  for (const strict of modes) {
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as const) {
      const flags = [...(strict ? ["-s"] : []), "-f", first.format, "-F", second.format];
      const { status, stdout } = runOracle("qemu-img", [
        "compare",
        ...flags,
        first.path,
        second.path,
      ]);
      const result = compare(first, second, strict);
      expect(words(result, strict)).toBe(stdout);
      expect(result.identical).toBe(status === 0);
    }
  }
}

describeWithQemu(`compare, seed ${runSeed}`, () => {
  it.each([0, 1, 2, 3, 4, 5])(
    "finds what qemu-img finds between an image and its changed copy %i",
    (index) => {
      const numbers = random(runSeed + index);
      const folder = tempFolder();
      const made = randomChain(numbers, folder, "image");
      const format = numbers.pick(["raw", "qcow2"] as const);
      const copy: MadeImage = { path: join(folder, "copy"), format };
      qemuImg(["convert", "-f", made.format, "-O", format, made.path, copy.path]);
      expectSameWords(made, copy, [false, true]);
      const image = opened(copy);
      const sectors = image.size / 512;
      image.close();
      for (let change = 0; change < 3; change++) {
        const at = numbers.between(0, sectors) * 512;
        qemuIo(copy.path, format, [numbers.pick([`write -P 255 ${at} 512`, `write -z ${at} 512`])]);
        expectSameWords(made, copy, [false, true]);
      }
    },
  );

  it("takes a longer disk for identical as long as it goes on with zeros", () => {
    const folder = tempFolder();
    const short: MadeImage = { path: join(folder, "short"), format: "raw" };
    const long: MadeImage = { path: join(folder, "long"), format: "raw" };
    writeFileSync(short.path, new Uint8Array(1_500_000).fill(7));
    copyFileSync(short.path, long.path);
    truncateSync(long.path, 4_000_000);
    expectSameWords(short, long);
    expect(compare(short, long)).toEqual({ identical: true, sizesDiffer: true });
    qemuIo(long.path, "raw", ["write -P 0 3000k 64k"]);
    expectSameWords(short, long);
    qemuIo(long.path, "raw", ["write -P 1 3333333 3"]);
    expectSameWords(short, long);
    expect(compare(short, long)).toMatchObject({ at: Math.floor(3_333_333 / 512) * 512 });
  });

  it.each([
    { name: "never written, zeros", a: [], b: ["write -z 0 64k"] },
    {
      name: "zeros, zeros in place of data",
      a: ["write -z 0 64k"],
      b: ["write -P 1 0 64k", "write -z 0 64k"],
    },
    { name: "data, compressed data", a: ["write -P 1 0 64k"], b: ["write -c -P 1 0 64k"] },
    { name: "data that is zero, never written", a: ["write -P 0 0 64k"], b: [] },
    {
      name: "data, other data",
      a: ["write -P 1 0 128k"],
      b: ["write -P 1 0 64k", "write -P 2 64k 64k"],
    },
    { name: "less data", a: ["write -P 1 0 128k"], b: ["write -P 1 0 64k"] },
    {
      name: "the same",
      a: ["write -P 1 0 64k", "write -z 128k 64k"],
      b: ["write -P 1 0 64k", "write -z 128k 64k"],
    },
  ])("is as strict as qemu-img about: $name", ({ a, b }) => {
    const folder = tempFolder();
    const images = [a, b].map((commands, index): MadeImage => {
      const path = join(folder, String(index));
      qemuImg(["create", "-f", "qcow2", path, "1M"]);
      qemuIo(path, "qcow2", commands);
      return { path, format: "qcow2" };
    });
    expectSameWords(images[0]!, images[1]!, [false, true]);
    const over: MadeImage = { path: join(folder, "over"), format: "qcow2" };
    qemuImg(["create", "-f", "qcow2", "-b", "0", "-F", "qcow2", over.path]);
    expectSameWords(images[0]!, over, [false, true]);
  });

  it.each([
    { name: "their order in the file", a: [5, 6], b: [6, 5] },
    { name: "their order, with more behind them", a: [5, 6, 15], b: [6, 5, 15] },
    { name: "data at the end", a: [14, 15], b: [15] },
  ])("tells runs apart that end with the disk, as qemu-img -s does: $name", ({ a, b }) => {
    const folder = tempFolder();
    const made = (name: string, format: string, options: string, written: number[]): MadeImage => {
      const path = join(folder, name);
      const chosen = options === "" ? [] : ["-o", options];
      qemuImg(["create", "-q", "-f", format, ...chosen, path, "1M"]);
      qemuIo(
        path,
        format,
        written.map((at) => `write -P 1 ${at * 64}k 64k`),
      );
      return { path, format: format as MadeImage["format"] };
    };
    const first = made("first", "qcow2", "", a);
    for (const [format, options] of [
      ["qcow2", ""],
      ["qcow2", "cluster_size=512"],
      ["qcow2", "cluster_size=16k,extended_l2=on"],
      ["qcow2", "preallocation=metadata"],
      ["raw", ""],
      ["vmdk", ""],
      ["vdi", ""],
    ] as const)
      expectSameWords(first, made("second", format, options, b), [true]);
  });

  it("is as strict as qemu-img about sizes and holes", () => {
    const folder = tempFolder();
    const raw = (name: string): MadeImage => ({ path: join(folder, name), format: "raw" });
    const [hole, zeros, longer] = [raw("hole"), raw("zeros"), raw("longer")];
    writeFileSync(hole.path, "");
    truncateSync(hole.path, 65_536);
    writeFileSync(zeros.path, new Uint8Array(65_536));
    writeFileSync(longer.path, new Uint8Array(66_048));
    expectSameWords(hole, zeros, [true]);
    expectSameWords(zeros, longer, [true]);
    expectSameWords(zeros, zeros, [true]);
  });

  it("compares empty disks", () => {
    const folder = tempFolder();
    const empty: MadeImage = { path: join(folder, "empty"), format: "raw" };
    const one: MadeImage = { path: join(folder, "one"), format: "raw" };
    writeFileSync(empty.path, "");
    expectSameWords(empty, empty);
    writeFileSync(one.path, "x");
    expectSameWords(empty, one);
  });
});

describe("compare", () => {
  it("counts what it compares and can be cancelled", () => {
    const folder = tempFolder();
    const path = join(folder, "a");
    writeFileSync(path, new Uint8Array(3_000_320).fill(7));
    const same: MadeImage = { path, format: "raw" };
    const control = createControl();
    const [a, b] = [opened(same), opened(same)];
    expect(compareImages(a, b, { control })).toEqual({ identical: true, sizesDiffer: false });
    const { length } = readFileSync(path);
    expect(control.total).toBe(length);
    expect(control.done).toBe(length);
    control.cancel();
    expect(() => compareImages(a, b, { control })).toThrow(
      expect.objectContaining({ code: "cancelled" }),
    );
    a.close();
    b.close();
  });
});
