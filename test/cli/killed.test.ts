import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkImage } from "../../electron/engine";
import { stateOf } from "../engine/change/disk-state";
import { diskOf } from "../engine/ops/change/chain-images";
import { describeWithQemu, qemuImg, qemuIo } from "../helpers/qemu-img";
import { rounds } from "../helpers/rounds";
import { random, runSeed } from "../helpers/seed";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { bundle } from "./programs";

/** How often each of the two tests kills. */
const times = rounds(10, 100);

/** Runs the command line, and kills it after so many milliseconds; the answer is how long it ran. */
function runUntil(args: readonly string[], milliseconds: number): Promise<number> {
  return new Promise((done) => {
    const begun = performance.now();
    const child = spawn(process.execPath, [bundle, ...args], { stdio: "ignore" });
    const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
    child.on("exit", () => {
      clearTimeout(timer);
      done(performance.now() - begun);
    });
  });
}

describeWithQemu("a commit that is killed", () => {
  it(
    `leaves every disk before or after (seed ${runSeed})`,
    { timeout: 240_000 + 4000 * times },
    async () => {
      const r = random(runSeed);
      const folder = newFolder();
      try {
        const at = (name: string) => join(folder, name);
        qemuImg(["create", "-q", "-f", "qcow2", at("base.qcow2"), "8M"]);
        qemuIo(at("base.qcow2"), "qcow2", ["write -P 1 0 4M"]);
        qemuImg(["snapshot", "-c", "s", at("base.qcow2")]);
        qemuImg([
          "create",
          "-q",
          "-f",
          "qcow2",
          "-b",
          "base.qcow2",
          "-F",
          "qcow2",
          at("top.qcow2"),
        ]);
        qemuIo(at("top.qcow2"), "qcow2", ["write -P 2 2M 4M", "write -z 0 1M"]);
        const top = diskOf(at("top.qcow2"));
        const base = diskOf(at("base.qcow2"));
        const killed = at("killed");
        mkdirSync(killed);
        const left = (name: string): string => join(killed, name);
        let longest = Infinity;
        // The first one runs to its end.
        for (let i = 0; i <= times; i++) {
          for (const name of ["base.qcow2", "top.qcow2"]) copyFileSync(at(name), left(name));
          const limit = i === 0 ? 60_000 : (longest * r.between(25, 105)) / 100;
          const took = await runUntil(["commit", left("top.qcow2")], limit);
          if (i === 0) longest = took;
          expect(diskOf(left("top.qcow2")).equals(top)).toBe(true);
          const found = diskOf(left("base.qcow2"));
          expect(found.equals(base) || found.equals(top)).toBe(true);
          expect(diskOf(left("base.qcow2"), 0).equals(base)).toBe(true);
          for (const name of ["base.qcow2", "top.qcow2"]) {
            const { corruptions, checkErrors } = checkImage(left(name));
            expect({ corruptions, checkErrors }).toEqual({ corruptions: 0, checkErrors: 0 });
          }
          if (i === 0) expect(found.equals(top)).toBe(true);
        }
      } finally {
        removeFolder(folder);
      }
    },
  );
});

describeWithQemu("a change of an image with snapshots that is killed", () => {
  /** Of one image; its clusters are so small that there is much to write. */
  const changes = [
    ["snapshot", "-d", "first"],
    ["snapshot", "-a", "first"],
    ["snapshot", "-c", "third"],
    ["resize", "+3M"],
    ["amend", "-o", "refcount_bits=32"],
  ] as const;

  it(
    `leaves the disk and every snapshot before or after (seed ${runSeed})`,
    { timeout: 240_000 + 4000 * times },
    async () => {
      const r = random(runSeed);
      const folder = newFolder();
      try {
        const image = join(folder, "image.qcow2");
        const left = join(folder, "left.qcow2");
        qemuImg(["create", "-q", "-f", "qcow2", "-o", "cluster_size=512", image, "3M"]);
        qemuIo(image, "qcow2", ["write -P 1 0 2M"]);
        qemuImg(["snapshot", "-c", "first", image]);
        qemuIo(image, "qcow2", ["write -P 2 512k 1M", "write -z 2M 512k"]);
        qemuImg(["snapshot", "-c", "second", image]);
        qemuIo(image, "qcow2", ["write -P 3 0 1M"]);
        const state = (path: string): string => stateOf(readFileSync(path));
        const before = state(image);
        for (const [number, change] of changes.entries()) {
          const [command, ...options] = change;
          const args = command === "resize" ? [command, left, ...options] : [...change, left];
          const run = (limit: number): Promise<number> => {
            copyFileSync(image, left);
            return runUntil(args, limit);
          };
          const longest = await run(60_000);
          // The date of a new snapshot is not part of it.
          const after = state(left);
          expect(after === before, change.join(" ")).toBe(command === "amend");
          for (let kill = number; kill < times; kill += changes.length) {
            await run((longest * r.between(25, 105)) / 100);
            expect([before, after], `${command} ${options.join(" ")}`).toContain(state(left));
            const { corruptions, checkErrors } = checkImage(left);
            expect({ corruptions, checkErrors }).toEqual({ corruptions: 0, checkErrors: 0 });
          }
        }
      } finally {
        removeFolder(folder);
      }
    },
  );
});
