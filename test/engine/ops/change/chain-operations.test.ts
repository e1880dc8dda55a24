import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  commitConsequences,
  commitImage,
  mergeLayer,
  openImage,
  punchConsequences,
  punchZeros,
  rebaseConsequences,
  rebaseImage,
} from "../../../../electron/engine";
import { mostPerChange } from "../../../../electron/engine/formats/qcow2/change/store-clusters";
import { expectBytes } from "../../../helpers/bytes";
import { describeWithQemu, mustBeIdentical, qemuImg, qemuIo } from "../../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { mustBeSound } from "../../change/oracle-check";
import { diskOf, lengthOf, randomChain, snapshotsOf, type ChainLayer } from "./chain-images";

/** Chains of three, the base first, with layers of like and unlike size. */
function chainLayers(r: Random): ChainLayer[] {
  const sizes = r.pick([
    [256, 256, 256],
    [256, 192, 320],
    [200, 256, 224],
  ] as const);
  const cluster = () => r.pick([512, 4096, 16384]);
  const layer = (name: string, kib: number): ChainLayer => {
    const clusterSize = cluster();
    const extended = clusterSize === 16384 && r.chance(0.5) ? { options: "extended_l2=on" } : {};
    const format = "qcow2" as const;
    return {
      name,
      format,
      clusterSize,
      clusters: (kib * 1024) / clusterSize,
      snapshots: 0,
      ...extended,
    };
  };
  const [low, middle, high] = sizes;
  const base = layer("base.qcow2", low);
  return [
    r.chance(0.4)
      ? { ...base, format: "raw", name: "base.raw", options: undefined }
      : { ...base, snapshots: r.between(0, 2) },
    layer("middle.qcow2", middle),
    layer("top.qcow2", high),
  ];
}

const all = { grants: [] } as const;
const rounds = 2;

describeWithQemu("chain operations keep every disk", () => {
  it.each(["compat=0.10", "compat=1.1", "extended_l2=on"])(
    "rebase of an image that stood alone: what it holds nothing of stays zeros (%s)",
    (option) => {
      const folder = tempFolder();
      const [path, base, flat] = ["alone.qcow2", "base.raw", "flat.raw"].map((name) =>
        join(folder, name),
      ) as [string, string, string];
      qemuImg(["create", "-q", "-f", "qcow2", "-o", option, path, "3M"]);
      qemuIo(path, "qcow2", ["write -P 2 0 128k", "write -P 1 1M 100k"]);
      qemuImg(["create", "-q", "-f", "raw", base, "2M"]);
      qemuIo(base, "raw", ["write -P 1 64k 1800k"]);
      qemuImg(["convert", "-O", "raw", path, flat]);
      const to = { name: "base.raw", format: "raw" };
      const told = rebaseConsequences({ path, ...all }, { base: to });
      const length = lengthOf(path);
      rebaseImage({ path, ...all }, { base: to });
      expect(told.zeroed).toBeGreaterThan(1024 * 1024);
      expect(lengthOf(path) - length).toBeLessThanOrEqual(told.space);
      mustBeIdentical(flat, path, "raw", "qcow2");
      expectBytes(diskOf(path), readFileSync(flat));
      mustBeSound(path);
    },
  );

  for (let i = 0; i < rounds; i++) {
    const seed = runSeed + i;

    function chain() {
      const r = random(seed);
      const folder = tempFolder();
      const layers = chainLayers(r);
      const [top, middle, base] = randomChain(r, folder, layers) as [string, string, string];
      const flat = join(folder, "flat.raw");
      qemuImg(["convert", "-O", "raw", top, flat]);
      return { r, folder, top, middle, base, flat, baseFormat: layers[0]!.format };
    }

    it(`rebase onto the base's base, another and none (seed ${seed})`, () => {
      const { r, folder, top, flat, base, baseFormat } = chain();
      const other = join(folder, "other.raw");
      copyFileSync(flat, other);
      qemuIo(other, "raw", [`write -P 9 ${r.between(0, 100) * 1024} 30000`]);
      const before = diskOf(top);
      const bases = [
        { name: base.slice(folder.length + 1), format: baseFormat },
        { name: "other.raw", format: "raw" },
        undefined,
      ];
      for (const to of bases) {
        const told = rebaseConsequences({ path: top, ...all }, { base: to });
        const length = lengthOf(top);
        rebaseImage({ path: top, ...all }, { base: to });
        expect(lengthOf(top) - length).toBeLessThanOrEqual(told.space);
        expectBytes(diskOf(top), before);
        mustBeSound(top);
        mustBeIdentical(flat, top, "raw", "qcow2");
      }
      const { layers, close } = openImage({ path: top, ...all });
      close();
      expect(layers).toHaveLength(1);
    });

    it(`commit into the base, and into the base's base (seed ${seed})`, () => {
      for (const depth of [1, 2]) {
        const { top, middle, base, flat } = chain();
        const target = depth === 1 ? middle : base;
        const before = diskOf(top);
        const below = diskOf(target);
        const kept = target.endsWith(".raw") ? [] : snapshotsOf(target);
        const told = commitConsequences({ path: top, ...all }, { depth });
        const length = lengthOf(target);
        commitImage({ path: top, ...all }, { depth });
        expect(told.grownTo ?? diskOf(target).length).toBe(Math.max(before.length, below.length));
        if (!target.endsWith(".raw"))
          expect(lengthOf(target) - length).toBeLessThanOrEqual(told.space + 65536);
        const after = Buffer.alloc(Math.max(before.length, below.length));
        below.copy(after);
        before.copy(after);
        expectBytes(diskOf(target), after);
        expectBytes(diskOf(top), before);
        mustBeIdentical(flat, top, "raw", "qcow2");
        mustBeSound(top);
        if (target.endsWith(".raw")) continue;
        mustBeSound(target);
        expect(snapshotsOf(target)).toEqual(kept);
      }
    });

    it(`merge the middle layer (seed ${seed})`, () => {
      const { top, middle, base, flat } = chain();
      const before = diskOf(top);
      const merged = diskOf(middle);
      mergeLayer({ path: top, ...all }, { depth: 1 });
      expectBytes(diskOf(top), before);
      expectBytes(diskOf(middle), merged);
      mustBeIdentical(flat, top, "raw", "qcow2");
      const { layers, close } = openImage({ path: top, ...all });
      close();
      expect(layers.map(({ source }) => source.name)).toEqual([top, base]);
      mustBeSound(top);
      if (base.endsWith(".qcow2")) mustBeSound(base);
    });

    it(`punch zeros (seed ${seed})`, () => {
      const { top, flat } = chain();
      const before = diskOf(top);
      const told = punchConsequences({ path: top, ...all });
      punchZeros({ path: top, ...all });
      expectBytes(diskOf(top), before);
      mustBeIdentical(flat, top, "raw", "qcow2");
      mustBeSound(top);
      expect(told.copied).toBe(0);
      expect(punchConsequences({ path: top, ...all }).zeroed).toBe(0);
    });

    it(`in many small changes (seed ${seed})`, () => {
      const { top, flat } = chain();
      const { data } = mostPerChange;
      mostPerChange.data = 8192;
      try {
        commitImage({ path: top, ...all });
        rebaseImage({ path: top, ...all }, {});
      } finally {
        mostPerChange.data = data;
      }
      mustBeIdentical(flat, top, "raw", "qcow2");
      mustBeSound(top);
    });
  }
});
