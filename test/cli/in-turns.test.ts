import { createHash } from "node:crypto";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithQemu, qemuImg } from "../helpers/qemu-img";
import { rounds } from "../helpers/rounds";
import { random, runSeed } from "../helpers/seed";
import { tempFolder } from "../helpers/temp-folder";
import { mustBeSound } from "../engine/change/oracle-check";
import { guestWrites, randomImage, writeAsGuest, type Layout } from "../engine/change/random-image";
import { linkAsQemuImg, run } from "./programs";

/** Operations on the one image. */
const operationCount = rounds(40, 200);

const layout: Layout = {
  clusterSize: 4096,
  options: "refcount_bits=16",
  snapshots: 1,
  clusters: 60,
};

/** The disk as qemu-img reads it. */
function digest(path: string): string {
  qemuImg(["convert", "-O", "raw", path, `${path}.raw`]);
  return createHash("sha256")
    .update(readFileSync(`${path}.raw`))
    .digest("hex");
}

describeWithQemu("both programs in turn on one image", () => {
  it(`read the same disk and snapshots after ${operationCount} operations (seed ${runSeed})`, async () => {
    const r = random(runSeed);
    const folder = tempFolder();
    const link = linkAsQemuImg(join(folder, "bin"));
    const path = randomImage(r, folder, layout);
    const programs = [link, "qemu-img"] as const;
    const disks = new Map<string, string>();
    const names = new Set(["s0"]);
    let hasBitmap = false;

    for (let round = 0; round < operationCount; round += 1) {
      const program = programs[round % 2] ?? link;
      const must = async (...args: string[]): Promise<void> => {
        const outcome = await run(program, [...args], folder);
        expect(outcome, `${program} ${args.join(" ")}`).toMatchObject({ code: 0, stderr: "" });
      };
      const name = names.size > 0 ? r.pick([...names]) : undefined;
      const create = async (): Promise<void> => {
        await must("snapshot", "-c", `n${round}`, path);
        names.add(`n${round}`);
        disks.set(`n${round}`, digest(path));
      };
      const remove = async (): Promise<void> => {
        if (name === undefined) return create();
        await must("snapshot", "-d", name, path);
        names.delete(name);
      };
      const apply = async (): Promise<void> => {
        if (name === undefined || hasBitmap) return remove();
        await must("snapshot", "-a", name, path);
        if (disks.has(name))
          expect(digest(path), `${program} applied ${name}`).toBe(disks.get(name));
      };
      const resize = async (): Promise<void> => {
        const size = (layout.clusters + r.between(-9, 30)) * layout.clusterSize;
        if (!hasBitmap) await must("resize", "-q", "--shrink", path, String(size));
      };
      const amend = (): Promise<void> =>
        must(
          "amend",
          "-o",
          `lazy_refcounts=${r.pick(["on", "off"])},refcount_bits=${r.pick([8, 16, 32])}`,
          path,
        );
      const bitmap = async (): Promise<void> => {
        await must("bitmap", hasBitmap ? "--remove" : "--add", path, "marks");
        hasBitmap = !hasBitmap;
      };
      const repair = async (): Promise<void> => {
        // qemu-img 7.2 drops all snapshots when it repairs an image that has bitmaps, too.
        if (!hasBitmap || program === link) await must("check", "-q", "-r", "all", path);
      };
      const write = (): void =>
        writeAsGuest(
          path,
          guestWrites(r, layout, 4).filter((each) => !each.startsWith("write -c")),
        );

      const operations = [create, create, apply, remove, resize, amend, bitmap, repair];
      await (names.size > 6 ? remove() : r.pick(operations)());
      if (r.chance(0.6)) write();
      if (round % 4 === 3) mustBeSound(path);
    }

    mustBeSound(path);
    expect((await run(link, ["check", path], folder)).code).toBe(0);
    for (const [at, program] of programs.entries()) {
      for (const name of names) {
        const copy = join(folder, `copy-${at}.qcow2`);
        copyFileSync(path, copy);
        if (hasBitmap) qemuImg(["bitmap", "--remove", copy, "marks"]);
        const outcome = await run(program, ["snapshot", "-a", name, copy], folder);
        expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
        if (disks.has(name)) expect(digest(copy), `${program}: ${name}`).toBe(disks.get(name));
        const own = `${copy}.own`;
        await run(link, ["convert", "-O", "raw", copy, own], folder);
        qemuImg(["convert", "-O", "raw", copy, `${copy}.raw`]);
        expect(Buffer.compare(readFileSync(own), readFileSync(`${copy}.raw`)), name).toBe(0);
      }
    }
  });
});
