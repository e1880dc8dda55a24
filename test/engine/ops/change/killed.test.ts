import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkImage } from "../../../../electron/engine";
import { markedRanges } from "../../../../electron/engine/formats/qcow2/change/bitmap-marks";
import { readImageTables } from "../../../../electron/engine/formats/qcow2/change/image";
import { memorySource } from "../../../../electron/engine/io/memory";
import { bundle } from "../../../helpers/bundle";
import { describeWithQemu, qemuImg, qemuIo } from "../../../helpers/qemu-img";
import { rounds } from "../../../helpers/rounds";
import { random, runSeed } from "../../../helpers/seed";
import { newFolder, removeFolder } from "../../../helpers/temp-folder";
import { diskOf, snapshotsOf } from "./chain-images";

/** How often each change is killed. */
const times = rounds(2, 100);
/** Every change, and the files that it may write to; all others must stay as they are. */
const changes: readonly (readonly [string, readonly string[]])[] = [
  ["rebase", ["top.qcow2"]],
  ["flatten", ["top.qcow2"]],
  ["merge", ["top.qcow2", "base.qcow2"]],
  ["punch", ["base.qcow2"]],
  ["compact", ["base.qcow2"]],
  ["add a bitmap", ["marked.qcow2"]],
  ["merge bitmaps", ["marked.qcow2"]],
  ["remove a bitmap", ["marked.qcow2"]],
  ["repair", ["damaged.qcow2"]],
];
const files = ["base.qcow2", "middle.qcow2", "top.qcow2", "marked.qcow2", "damaged.qcow2"];

let folder = "";
let program = "";
beforeAll(async () => {
  program = await bundle("test/engine/ops/change/killed-process.ts", "lamina-killed");
  folder = newFolder();
  const at = (name: string): string => join(folder, name);
  const make = (name: string, ...more: string[]): void =>
    void qemuImg(["create", "-q", "-f", "qcow2", "-o", "cluster_size=512", ...more, at(name)]);
  make("base.qcow2", "-o", "size=1M");
  const base = at("base.qcow2");
  qemuIo(base, "qcow2", ["write -P 1 0 512k"]);
  qemuImg(["snapshot", "-c", "first", base]);
  qemuIo(base, "qcow2", ["write -P 2 128k 256k", "write -P 0 384k 128k", "write -P 3 800k 9k"]);
  make("middle.qcow2", "-b", "base.qcow2", "-F", "qcow2");
  qemuIo(at("middle.qcow2"), "qcow2", ["write -P 5 64k 200k", "write -z 450k 50k"]);
  make("top.qcow2", "-b", "middle.qcow2", "-F", "qcow2");
  qemuIo(at("top.qcow2"), "qcow2", ["write -P 6 150k 50k"]);
  const marked = at("marked.qcow2");
  copyFileSync(base, marked);
  for (const [name, grain, write] of [
    ["one", "512", "write -P 4 500k 64k"],
    ["two", "4096", "write -P 4 650k 32k"],
  ] as const) {
    qemuImg(["bitmap", "--add", "-g", grain, marked, name]);
    qemuIo(marked, "qcow2", [write]);
    qemuImg(["bitmap", "--disable", marked, name]);
  }
  const damaged = readFileSync(marked);
  const table = Number(damaged.readBigUInt64BE(48));
  // Some blocks of refcounts are forgotten.
  damaged.fill(0, table + 8, table + 24);
  writeFileSync(at("damaged.qcow2"), damaged);
}, 120_000);
afterAll(() => removeFolder(folder));

/** Makes a change, and kills it so many milliseconds after it has begun. */
function runUntil(
  change: string,
  where: string,
  milliseconds: number,
): Promise<{ took: number; signal: NodeJS.Signals | null }> {
  const child = spawn(process.execPath, [program, change, where], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let begun = 0;
  let timer: NodeJS.Timeout | undefined;
  child.stdout.once("data", () => {
    begun = performance.now();
    timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  });
  return new Promise((done, fail) =>
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || signal !== null) done({ took: performance.now() - begun, signal });
      else fail(new Error(`${change} failed`));
    }),
  );
}

/** All that must be as before or as after: the disk, every snapshot, and what each bitmap marks. */
function stateOf(path: string): string {
  const image = readImageTables(memorySource(readFileSync(path)));
  const marks = image.bitmaps.entries.map((each) => [each.name, ...markedRanges(image, each)]);
  const hash = createHash("sha1").update(diskOf(path));
  for (const snapshot of snapshotsOf(path)) hash.update(snapshot);
  return `${hash.digest("hex")} ${JSON.stringify(marks)}`;
}

describeWithQemu("a process that is killed amid a change", () => {
  it.each(changes)(
    `leaves every file before or after it: %s (seed ${runSeed})`,
    { timeout: 120_000 + 4000 * times },
    async (change, written) => {
      const r = random(runSeed);
      const left = newFolder();
      const states = (where: string): string[] => written.map((name) => stateOf(join(where, name)));
      const run = async (milliseconds: number) => {
        rmSync(left, { recursive: true });
        cpSync(folder, left, { recursive: true });
        const outcome = await runUntil(change, left, milliseconds);
        for (const name of files.filter((each) => !written.includes(each)))
          expect(readFileSync(join(left, name)).equals(readFileSync(join(folder, name)))).toBe(
            true,
          );
        return outcome;
      };
      try {
        const before = states(folder);
        const { took, signal } = await run(60_000);
        expect(signal).toBe(null);
        const after = states(left);
        // Whatever is done to a chain, or to damage, the guest reads as before.
        if (!change.includes("bitmap")) expect(after[0]).toBe(before[0]);
        else expect(after).not.toEqual(before);
        for (let kill = 0; kill < times; kill++) {
          await run((took * r.between(2, 105)) / 100);
          for (const [i, state] of states(left).entries())
            expect([before[i], after[i]], written[i]).toContain(state);
          if (change === "repair") continue;
          for (const name of written) {
            const { corruptions, checkErrors } = checkImage(join(left, name));
            expect({ corruptions, checkErrors }).toEqual({ corruptions: 0, checkErrors: 0 });
          }
        }
      } finally {
        removeFolder(left);
      }
    },
  );
});
