import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ImageError } from "../../../electron/engine/errors";
import { contentOf } from "../../../electron/engine/inside/content";
import { memorySource, memoryTarget } from "../../../electron/engine/io/memory";
import type { ByteSource, ByteTarget } from "../../../electron/engine/io/source";
import { random, runSeed } from "../../helpers/seed";
import { madeContents } from "./made-contents";

/** Sectors of a file system as its own tool made them, the others zero. */
function madeSource({ name, size, sectors, deflated }: (typeof madeContents)[number]): ByteTarget {
  const bytes = inflateSync(Buffer.from(deflated, "base64"));
  const source = memoryTarget(name);
  source.truncate(size);
  sectors.forEach((sector, index) =>
    source.write(sector * 512, bytes.subarray(index * 512, (index + 1) * 512)),
  );
  return source;
}

/** What the source tells it is `size` bytes long, however long that is. */
const cutAt = (source: ByteSource, size: number): ByteSource => ({
  ...source,
  size,
  read(at, into) {
    if (at + into.length > size) throw new Error(`read past ${size}`);
    source.read(at, into);
  },
});

describe("what a partition holds", () => {
  it.each(madeContents)("tells $name as $madeBy made it", (made) => {
    expect(contentOf(madeSource(made))).toEqual(made.content);
  });

  it("finds nothing in zeros, in noise and in nothing", () => {
    const noise = new Uint8Array(200_000);
    random(7).fill(noise);
    for (const bytes of [new Uint8Array(0), new Uint8Array(200_000), noise])
      expect(contentOf(memorySource(bytes))).toBeUndefined();
  });

  it.each(madeContents)("stays within a cut-off $name", (made) => {
    const source = madeSource(made);
    for (const size of [0, 1, 511, 512, 1024, 1535, 2048, 4096, 32_768, 34_816, 65_536, 69_632])
      expect(() => contentOf(cutAt(source, Math.min(size, made.size)))).not.toThrow();
  });

  it(`survives any field of a superblock at any value (seed ${runSeed})`, () => {
    const seeded = random(runSeed);
    for (const made of madeContents)
      for (let round = 0; round < 60; round += 1) {
        const source = madeSource(made);
        const patch = new Uint8Array(seeded.pick([1, 2, 4, 8]));
        if (seeded.chance(0.5)) seeded.fill(patch);
        else patch.fill(seeded.pick([0, 0x7f, 0x80, 0xff]));
        const sector = seeded.pick(made.sectors);
        const at = sector * 512 + seeded.between(0, 512 - patch.length + 1);
        source.write(at, patch);
        expect(
          () => contentOf(source),
          `${made.name}, bytes at ${at}: ${patch.join(" ")}`,
        ).not.toThrow();
      }
  });

  it("passes on that it cannot be read", () => {
    const read = (): never => {
      throw new ImageError("io", "unplugged");
    };
    expect(() => contentOf({ ...memoryTarget(), size: 100_000, read })).toThrow("unplugged");
  });
});

describe("what has no tool here", () => {
  const bytes = (
    size: number,
    ...parts: readonly (readonly [number, string | Buffer])[]
  ): Buffer => {
    const all = Buffer.alloc(size);
    for (const [at, part] of parts) Buffer.from(part as string, "latin1").copy(all, at);
    return all;
  };
  const big = (value: number): Buffer => {
    const field = Buffer.alloc(4);
    field.writeUInt32BE(value);
    return field;
  };
  const little = (value: number, length: 4 | 8): Buffer => {
    const field = Buffer.alloc(length);
    field.writeUIntLE(value, 0, 4);
    return field;
  };

  it.each([
    [
      "a physical volume of LVM",
      bytes(
        4096,
        [512, "LABELONE"],
        [512 + 20, little(32, 4)],
        [512 + 24, "LVM2 001"],
        [512 + 32, "x".repeat(32)],
        [512 + 64, little(0x40000000, 8)],
      ),
      { kind: "lvm2", size: 2 ** 30 },
    ],
    [
      "HFS+",
      bytes(4096, [1024, "H+\0\x04"], [1024 + 40, big(4096)], [1024 + 44, big(2560)]),
      { kind: "hfs-plus", size: 10 * 2 ** 20 },
    ],
    ["BitLocker", bytes(512, [0, "\xeb\x58\x90-FVE-FS-"]), { kind: "bitlocker" }],
    [
      "ReFS",
      bytes(512, [3, "ReFS"], [16, "FSRS"], [24, little(2048, 8)], [32, little(512, 4)]),
      { kind: "refs", size: 2 ** 20 },
    ],
    [
      "a disc with UDF alone",
      bytes(40_960, [32_769, "BEA01"], [34_817, "NSR03"], [36_865, "TEA01"]),
      { kind: "udf" },
    ],
    [
      "a label that would turn a terminal's text round",
      bytes(4096, [0, "XFSB"], [4, big(4096)], [12, big(10)], [108, "a\x1b[31m\x07"]),
      { kind: "xfs", label: "a\ufffd[31m\ufffd", size: 40_960 },
    ],
  ])("tells %s", (_, made, content) => {
    expect(contentOf(memorySource(made))).toEqual(content);
  });
});
