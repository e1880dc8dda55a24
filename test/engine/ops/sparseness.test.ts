import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { convert, formats } from "../../../electron/engine";
import type { FormatId, OptionValues } from "../../../shared/model/format";
import { exactFolder } from "../../helpers/exact-folder";
import { describeWithQemu, mustBeIdentical, qemuImg } from "../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../helpers/seed";
import { samples } from "../conformance/samples";
import { allocatedBytes, jobOf } from "./convert-job";

const KIB = 1024;
const size = 24 * KIB * KIB;

/** Where the data of a layout lies: offset and length in bytes, ascending. */
type Layout = (random: Random) => Generator<readonly [at: number, length: number]>;

/** Little data in many places: what large blocks are bad at. */
const layouts: Readonly<Record<string, Layout>> = {
  *"every second page"() {
    for (let at = 0; at < 4 * KIB * KIB; at += 8 * KIB) yield [at, 4 * KIB];
  },
  *"a page here and there"(numbers) {
    for (let at = 0; at < size; at += 512 * KIB)
      yield [at + numbers.between(0, 127) * 4 * KIB, 4 * KIB];
  },
  *"a sector here and there"(numbers) {
    for (let at = 0; at < size; at += 64 * KIB) yield [at + numbers.between(0, 127) * 512, 512];
  },
  *"runs of pages"(numbers) {
    for (let at = 0; at + 400 * KIB < size; at += numbers.pick([1, 2, 8, 40]) * 4 * KIB) {
      const length = numbers.pick([1, 2, 4, 32, 100]) * 4 * KIB;
      yield [at, length];
      at += length;
    }
  },
  *"a disk's tables at both ends"() {
    yield [0, 17 * KIB];
    yield [1024 * KIB, 300 * KIB];
    yield [size - 17 * KIB, 17 * KIB];
  },
};

/** What qemu-img must be told besides, so that it makes the same disk. */
const besides: Partial<Record<FormatId, string>> = { vpc: "force_size=on" };

/** Every writable format as it is by default, and as thick as it can be. */
const targets: readonly (readonly [FormatId, OptionValues])[] = [
  ...formats.filter(({ create }) => create).map(({ id }) => [id, {}] as const),
  ["vdi", { static: true }],
  ["vpc", { subformat: "fixed" }],
  ["vhdx", { subformat: "fixed" }],
  ["vhdx", { block_size: KIB * KIB }],
  ["qcow2", { cluster_size: 4 * KIB }],
];

function writeLayout(path: string, layout: Layout): void {
  const numbers = random(runSeed);
  const fd = openSync(path, "w");
  for (const [at, length] of layout(numbers)) {
    const bytes = new Uint8Array(length);
    numbers.fill(bytes);
    writeSync(fd, bytes, 0, length, at);
  }
  ftruncateSync(fd, size);
  closeSync(fd);
}

describeWithQemu(`what is written takes at most 2 % more than qemu-img's (seed ${runSeed})`, () => {
  it.each(Object.entries(layouts))("of %s", (_, layout) => {
    const folder = exactFolder().path;
    const [source, ours, theirs] = ["source", "ours", "theirs"].map((name) => join(folder, name));
    writeLayout(source!, layout);
    for (const [format, options] of targets) {
      const { qemuName } = samples[format];
      const given = Object.entries(options).map(
        ([name, value]) => `${name}=${value === true ? "on" : value}`,
      );
      const told = [...given, besides[format] ?? []].flat();
      const list = told.length === 0 ? [] : ["-o", told.join(",")];
      qemuImg(["convert", "-f", "raw", "-O", qemuName, ...list, source!, theirs!]);
      convert(jobOf(source!, ours!, format, { options, replace: true }));
      const what = `${qemuName} ${told.join(",")}`;
      expect(allocatedBytes(ours!), what).toBeLessThanOrEqual(allocatedBytes(theirs!) * 1.02);
      mustBeIdentical(source!, ours!, "raw", qemuName);
      for (const path of [ours!, theirs!]) rmSync(path);
    }
  });
});
