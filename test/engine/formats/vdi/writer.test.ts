import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { vdi } from "../../../../electron/engine/formats/vdi";
import { nilGuid } from "../../../../electron/engine/codec/guid";
import { createFile, fileStatus, openFile } from "../../../../electron/engine/io/file";
import { memoryTarget } from "../../../../electron/engine/io/memory";
import type { OptionValues } from "../../../../shared/model/format";
import { openAlone } from "../../conformance/open-alone";
import { notZero, writeOwn } from "../../conformance/own-images";
import { expectReads } from "../../conformance/reading";
import { patternDisk } from "../../../helpers/pattern-disk";
import {
  describeWithQemu,
  mustBeIdentical,
  qemuImg,
  qemuIo,
  qemuJson,
} from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";

const mebi = 2 ** 20;
const sizes = [0, 512, mebi, mebi + 512, 7 * mebi - 512];
const cases = sizes.flatMap((size) => [
  { size, options: { static: false } },
  { size, options: { static: true } },
]);

function write(path: string, content: Uint8Array, options: OptionValues): void {
  const target = createFile(path);
  try {
    const spec = { size: content.length, options };
    writeOwn(vdi, target, { spec, content, holds: notZero(content) }, random(runSeed));
  } finally {
    target.close();
  }
}

const factsOf = (target: ReturnType<typeof memoryTarget>) =>
  new Map(openAlone(vdi, target).layers[0]!.facts.details.map(({ name, value }) => [name, value]));

const invalid = expect.objectContaining({ code: "invalid-argument" });

describeWithQemu("a VDI written by us", () => {
  it.each(cases)(
    `of $size bytes with $options is in good order for qemu-img (seed ${runSeed})`,
    ({ size, options }) => {
      const folder = tempFolder();
      const path = join(folder, "a.vdi");
      const raw = join(folder, "a.raw");
      const { bytes } = patternDisk(random(runSeed), size, 900_000);
      write(path, bytes, options);
      writeFileSync(raw, bytes);
      mustBeIdentical(path, raw, "vdi", "raw");
      qemuImg(["check", "-f", "vdi", path]);
      const info = qemuJson<Record<string, number>>(["info", "-f", "vdi", path]);
      expect(info["virtual-size"]).toBe(size);
    },
  );

  it("can be written on by qemu", () => {
    const path = join(tempFolder(), "a.vdi");
    const { bytes } = patternDisk(random(runSeed), 5 * mebi);
    bytes.fill(0, mebi, 2 * mebi);
    write(path, bytes, {});
    qemuIo(path, "vdi", [`write -P 7 ${mebi + 1000} 2000`]);
    bytes.fill(7, mebi + 1000, mebi + 3000);
    const image = openAlone(vdi, openFile(path));
    expectReads(image, bytes, random(runSeed));
    image.close();
    qemuImg(["check", "-f", "vdi", path]);
  });
});

describe("a new VDI", () => {
  it("begins its data on a page and ends with its last block", () => {
    const target = memoryTarget();
    const writer = vdi.create!(target, { size: 3 * mebi + 1, options: {} });
    expect(writer.placement).toEqual({
      kind: "slots",
      blockSize: mebi,
      firstSlotAt: 4096,
      slotSize: mebi,
      headSize: 0,
      holeSize: 4096,
    });
    writer.placed(2, 0, 1);
    writer.finish(1);
    expect(target.size).toBe(4096 + mebi);
    const facts = factsOf(target);
    expect(facts.get("cBlocks")).toBe(4);
    expect(facts.get("cBlocksAllocated")).toBe(1);
  });

  it("of type fixed has every block, and takes no space for zeros", () => {
    const target = memoryTarget();
    vdi.create!(target, { size: 40 * mebi, options: { static: true } }).finish(0);
    expect(target.size).toBe(4096 + 40 * mebi);
    expect(target.allocated).toBeLessThan(mebi);
    expect(factsOf(target).get("image type")).toBe("fixed");
    expect(openAlone(vdi, target).layers[0]!.map(0, 40 * mebi)).toMatchObject({
      kind: "data",
      at: 4096,
      length: 40 * mebi,
    });
  });

  it("has UUIDs of its own every time", () => {
    const seen = new Set<unknown>([nilGuid]);
    for (let turn = 0; turn < 3; turn += 1) {
      const target = memoryTarget();
      vdi.create!(target, { size: mebi, options: {} }).finish(0);
      const facts = factsOf(target);
      seen.add(facts.get("uuidCreate")).add(facts.get("uuidModify"));
      expect(facts.get("uuidCreate")).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/,
      );
      expect(facts.has("uuidLinkage")).toBe(false);
    }
    expect(seen.size).toBe(7);
  });

  it("of many TiB takes no more than its map", () => {
    const path = join(tempFolder(), "a.vdi");
    const target = createFile(path);
    vdi.create!(target, { size: 2 ** 42, options: {} }).finish(0);
    const [first, ...rest] = openAlone(vdi, target).extents();
    expect(first?.run).toEqual({ kind: "unallocated", length: 2 ** 42 });
    expect(rest).toEqual([]);
    expect(fileStatus(path).size).toBe(16 * mebi + 4096);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53, 2 ** 49])("cannot have %d bytes", (size) => {
    expect(() => vdi.create!(memoryTarget(), { size, options: {} })).toThrow(invalid);
  });

  it("refuses options that it has not, and parents", () => {
    const create = (options: OptionValues) => () =>
      vdi.create!(memoryTarget(), { size: 512, options });
    expect(create({ subformat: "fixed" })).toThrow(invalid);
    expect(create({ static: "maybe" })).toThrow(invalid);
    const spec = { size: 512, options: {}, backing: { name: "base.vdi" } };
    expect(() => vdi.create!(memoryTarget(), spec)).toThrow(invalid);
  });
});
