import { describe, expect, it } from "vitest";
import { ImageError } from "../../../electron/engine/errors";
import { stackLayers, type Extent } from "../../../electron/engine/image/disk-image";
import { expectBytes } from "../../helpers/bytes";
import { random, runSeed } from "../../helpers/seed";
import { answerAt, blockLayer, randomLayer, type BlockLayer } from "./block-layer";

/** A chain of one to four layers, each shorter or longer than the one above it. */
function randomChain(seed: number) {
  const chance = random(seed);
  const size = chance.between(1, 40_000);
  const layers = Array.from({ length: chance.between(1, 5) }, (_, depth) =>
    randomLayer(
      chance,
      depth === 0 ? size : chance.between(1, size * 2),
      chance.pick([512, 700, 4096]),
    ),
  );
  const model = Uint8Array.from({ length: size }, (_, at) => answerAt(layers, at).value);
  return { chance, size, layers, model };
}

function read(layers: readonly BlockLayer[], at: number, length: number): Uint8Array {
  const into = new Uint8Array(length).fill(0xee);
  stackLayers(layers).read(at, into);
  return into;
}

/** Every byte of the extents agrees with the model, they leave no gap and none could be one with the next. */
function checkExtents(layers: readonly BlockLayer[], at: number, length: number): void {
  let next = at;
  let before: Extent | undefined;
  for (const extent of stackLayers(layers).extents(at, length)) {
    const { depth, run } = extent;
    expect(extent.at).toBe(next);
    expect(run.length).toBeGreaterThan(0);
    for (let byte = next; byte < next + run.length; byte += 1) {
      const answer = answerAt(layers, byte);
      if (answer.depth !== depth || answer.kind !== run.kind)
        expect({ byte, depth, kind: run.kind }).toEqual({ byte, ...answer });
    }
    if (before?.depth === depth && before.run.kind === run.kind) {
      expect(["data", "encoded"]).toContain(run.kind);
      if (run.kind === "data" && before.run.kind === "data")
        expect(before.run.at + before.run.length).not.toBe(run.at);
    }
    before = extent;
    next += run.length;
  }
  expect(next).toBe(at + length);
}

describe("a stack of layers", () => {
  const seeds = Array.from({ length: 25 }, (_, index) => runSeed + index);

  it.each(seeds)("reads like a plain array, whole and from odd places (seed %i)", (seed) => {
    const { chance, size, layers, model } = randomChain(seed);
    expectBytes(read(layers, 0, size), model);
    const image = stackLayers(layers);
    for (let turn = 0; turn < 40; turn += 1) {
      const at = chance.between(0, size);
      const into = new Uint8Array(chance.between(0, size - at + 1));
      image.read(at, into);
      expectBytes(into, model.subarray(at, at + into.length), at);
    }
  });

  it.each(seeds)("tells its extents like a plain array (seed %i)", (seed) => {
    const { chance, size, layers } = randomChain(seed);
    checkExtents(layers, 0, size);
    const at = chance.between(0, size);
    checkExtents(layers, at, chance.between(0, size - at + 1));
  });

  it("reads zeros past a short parent's end, even where a deeper layer has data", () => {
    const chance = random(runSeed);
    const top = blockLayer(chance, 4096, 1024, Array(4).fill("unallocated"));
    const short = blockLayer(chance, 1500, 1024, ["data", "unallocated"]);
    const base = blockLayer(chance, 9000, 1024, Array(9).fill("data"));
    const bytes = read([top, short, base], 0, 4096);
    expect(bytes.subarray(1024, 1500)).toEqual(base.bytes.subarray(1024, 1500));
    expect(bytes.subarray(1500).every((byte) => byte === 0)).toBe(true);
    const told = [...stackLayers([top, short, base]).extents()];
    expect(told.map(({ at, depth, run }) => [at, depth, run.kind])).toEqual([
      [0, 1, "data"],
      [1024, 2, "data"],
      [1500, 0, "unallocated"],
    ]);
  });

  it("merges data that lies side by side and keeps what does not apart", () => {
    const source = { name: "host", size: 100, read: () => {}, close: () => {} };
    const layer = {
      ...blockLayer(random(1), 40, 10, Array(4).fill("zero")),
      map: (guestAt: number) =>
        ({ kind: "data", source, at: guestAt < 20 ? guestAt : guestAt + 30, length: 10 }) as const,
    };
    const extents = [...stackLayers([layer]).extents()];
    expect(extents.map(({ at, run }) => [at, run.length])).toEqual([
      [0, 20],
      [20, 20],
    ]);
  });

  it("keeps zeros with a host offset apart from those without, as qemu-img map does", () => {
    const layer = {
      ...blockLayer(random(1), 30, 10, Array(3).fill("zero")),
      map: (guestAt: number) =>
        guestAt === 10
          ? ({ kind: "zero", length: 10 } as const)
          : ({ kind: "zero", at: 5000, length: 10 } as const),
    };
    expect([...stackLayers([layer]).extents()]).toHaveLength(3);
  });

  it("decodes each unit once for small reads in a row", () => {
    const layer = blockLayer(random(2), 4096, 1024, Array(4).fill("encoded"));
    const image = stackLayers([layer]);
    const into = new Uint8Array(16);
    for (let at = 0; at < 4096; at += 16) image.read(at, into);
    expect(layer.counts.decode).toBe(4);
  });

  it("asks an overlay once for a long run, however many pieces its base has", () => {
    const blocks = 1000;
    const kinds = Array.from({ length: blocks }, (_, block) =>
      block % 2 ? ("zero" as const) : ("data" as const),
    );
    const top = blockLayer(random(3), blocks * 512, 512, Array(blocks).fill("unallocated"));
    const base = blockLayer(random(3), blocks * 512, 512, kinds);
    expect([...stackLayers([top, base]).extents()]).toHaveLength(blocks);
    expect(top.counts.map).toBe(1);
  });

  it("yields extents one by one, without looking ahead further than one run", () => {
    const layer = blockLayer(random(4), 512_000, 512, Array(1000).fill("data"));
    const [first] = stackLayers([layer]).extents();
    expect(first?.at).toBe(0);
    expect(layer.counts.map).toBeLessThan(10);
  });

  it("throws the broken link's error only where the missing layer is needed", () => {
    const error = new ImageError("missing-file", "gone");
    const reference = { role: "backing-file", name: "gone", from: "top" } as const;
    const top = blockLayer(random(5), 3072, 1024, ["data", "unallocated", "zero"]);
    const image = stackLayers([top], { reference, error });
    image.read(0, new Uint8Array(1024));
    image.read(2048, new Uint8Array(1024));
    expect(() => image.read(0, new Uint8Array(1025))).toThrow(error);
    expect(() => [...image.extents()]).toThrow(error);
    expect([...image.extents(2048)]).toHaveLength(1);
    const short = blockLayer(random(5), 1024, 1024, ["data"]);
    // A short layer answers for all that lies past its end.
    stackLayers([top, short], { reference, error }).read(0, new Uint8Array(3072));
  });

  it.each([
    [-1, 1],
    [0, 3073],
    [3073, 0],
    [0.5, 1],
    [Number.NaN, 1],
  ])("refuses %d + %d bytes of a disk of 3072", (at, length) => {
    const image = stackLayers([blockLayer(random(6), 3072, 1024, ["data", "data", "data"])]);
    const wrong = expect.objectContaining({ code: "invalid-argument" });
    expect(() => image.read(at, new Uint8Array(length))).toThrow(wrong);
    expect(() => [...image.extents(at, length)]).toThrow(wrong);
  });

  it("closes every layer", () => {
    const layers = [1, 2].map((seed) => randomLayer(random(seed), 100, 50));
    stackLayers(layers).close();
    expect(layers.map((layer) => layer.closed())).toEqual([true, true]);
  });
});
