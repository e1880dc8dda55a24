import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, it, vi } from "vitest";
import {
  checkImage,
  commitImage,
  mergeLayer,
  punchZeros,
  rebaseImage,
} from "../../../../electron/engine";
import { mostPerChange } from "../../../../electron/engine/formats/qcow2/change/store-clusters";
import type { ByteTarget } from "../../../../electron/engine/io/source";
import { describeWithQemu } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { mustBeSound } from "../../change/oracle-check";
import { crashesOfFiles, leaveFiles, recordFiles } from "../../change/recorded-files";
import { diskOf, randomChain, snapshotsOf, type ChainLayer } from "./chain-images";

const recorded = vi.hoisted((): { wrap?: (target: ByteTarget) => ByteTarget } => ({}));
vi.mock(import("../../../../electron/engine/io/file"), async (original) => {
  const real = await original();
  return {
    ...real,
    openFileWritable(path: string) {
      const target = real.openFileWritable(path);
      return recorded.wrap?.(target) ?? target;
    },
  };
});

const qcow2 = "qcow2" as const;
const chains: Record<string, readonly ChainLayer[]> = {
  "unlike clusters, snapshots below": [
    { name: "base.qcow2", format: qcow2, clusterSize: 4096, clusters: 10, snapshots: 2 },
    { name: "middle.qcow2", format: qcow2, clusterSize: 1024, clusters: 32, snapshots: 0 },
    { name: "top.qcow2", format: qcow2, clusterSize: 4096, clusters: 14, snapshots: 0 },
  ],
  "extended L2, narrow and wide refcounts": [
    {
      name: "base.qcow2",
      format: qcow2,
      clusterSize: 16384,
      clusters: 4,
      snapshots: 1,
      options: "extended_l2=on",
    },
    {
      name: "middle.qcow2",
      format: qcow2,
      clusterSize: 1024,
      clusters: 64,
      snapshots: 0,
      options: "refcount_bits=1",
    },
    {
      name: "top.qcow2",
      format: qcow2,
      clusterSize: 16384,
      clusters: 4,
      snapshots: 0,
      options: "extended_l2=on,refcount_bits=64",
    },
  ],
  "on a raw base, version 2": [
    { name: "base.raw", format: "raw", clusterSize: 4096, clusters: 12, snapshots: 0 },
    { name: "middle.qcow2", format: qcow2, clusterSize: 4096, clusters: 12, snapshots: 0 },
    {
      name: "top.qcow2",
      format: qcow2,
      clusterSize: 4096,
      clusters: 12,
      snapshots: 0,
      options: "compat=0.10",
    },
  ],
};

/** What is done, and which files must read as before all the time. */
interface Operation {
  readonly run: (top: string, base: string) => void;
  readonly same: readonly ("top" | "middle" | "base")[];
}

const grants: readonly string[] = [];
const operations: Record<string, Operation> = {
  rebase: {
    run: (path, base) =>
      rebaseImage(
        { path, grants },
        { base: { name: basename(base), format: base.endsWith("raw") ? "raw" : "qcow2" } },
      ),
    same: ["top", "middle", "base"],
  },
  flatten: {
    run: (path) => rebaseImage({ path, grants }, {}),
    same: ["top", "middle", "base"],
  },
  commit: { run: (path) => commitImage({ path, grants }), same: ["top", "base"] },
  "commit to the base": {
    run: (path) => commitImage({ path, grants }, { depth: 2 }),
    same: ["top"],
  },
  merge: { run: (path) => mergeLayer({ path, grants }, { depth: 1 }), same: ["top", "middle"] },
  punch: { run: (path) => punchZeros({ path, grants }), same: ["top", "middle", "base"] },
};

/** Crashes that qemu-img is asked about: one in so many. */
const asked = 60;

describeWithQemu("whatever a crash leaves of a chain operation, no disk is lost", () => {
  for (const [i, [title, layers]] of Object.entries(chains).entries()) {
    const seed = runSeed + i;
    it(`${title} (seed ${seed})`, () => {
      const r = random(seed);
      const before = tempFolder();
      const [top] = randomChain(r, before, layers).map((path) => basename(path)) as [string];
      const [base, middle] = layers.map(({ name }) => name) as [string, string];
      const files = { top, middle, base };
      const { data } = mostPerChange;
      const left = join(tempFolder(), "left");
      let until = asked;
      for (const [name, { run, same }] of Object.entries(operations)) {
        const after = join(tempFolder(), "after");
        leaveFiles(before, after, new Map());
        const { steps, wrap } = recordFiles();
        recorded.wrap = wrap;
        // Several changes, so that a crash may come between them.
        if (name !== "commit") mostPerChange.data = 24576;
        try {
          run(join(after, top), join(after, base));
        } finally {
          delete recorded.wrap;
          mostPerChange.data = data;
        }
        const disks = Object.values(files).map((file) => diskOf(join(before, file)));
        const snapshots = layers.map((layer) => snapshotsIn(before, layer));
        for (const crash of crashesOfFiles(r, steps, 1)) {
          rmSync(left, { recursive: true, force: true });
          leaveFiles(before, left, crash);
          const written = [...crash].filter(([, done]) => done.length > 0);
          const touched = new Set(written.map(([path]) => basename(path)));
          for (const [k, [role, file]] of Object.entries(files).entries()) {
            const path = join(left, file);
            // The top one is read through all of them.
            if (role !== "top" && !touched.has(file)) continue;
            const disk = diskOf(path);
            const kept = (same as readonly string[]).includes(role);
            if (kept) expect(disk.equals(disks[k]!), `${name}: ${role}`).toBe(true);
            else if (name === "commit") {
              // In one change, but for the growth before it.
              const grown = Buffer.alloc(disk.length);
              disks[k]!.copy(grown);
              const done = diskOf(join(after, file));
              expect(disk.equals(grown) || disk.equals(done), `${name}: ${role}`).toBe(true);
            }
            if (!file.endsWith(".qcow2") || !touched.has(file)) continue;
            const { corruptions, checkErrors } = checkImage(path);
            expect({ corruptions, checkErrors }, name).toEqual({ corruptions: 0, checkErrors: 0 });
          }
          if (touched.has(base))
            expect(layers.map((layer) => snapshotsIn(left, layer))).toEqual(snapshots);
          until -= 1;
          if (until > 0) continue;
          until = asked;
          mustBeSound(join(left, top), true);
          mustBeSound(join(left, middle), true);
        }
      }
    });
  }
});

const snapshotsIn = (folder: string, { name, snapshots }: ChainLayer): string[] =>
  snapshots > 0 ? snapshotsOf(join(folder, name)) : [];
