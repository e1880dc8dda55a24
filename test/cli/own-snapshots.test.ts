import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithQemu, qemuImg, qemuIo } from "../helpers/qemu-img";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { bundle, run, words } from "./programs";

interface Listed {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly date: string;
  readonly "vm-state-size": number;
  readonly "disk-size": number;
  readonly "exclusive-size": number;
  readonly parent: number | null;
  readonly confidence: number;
}

describeWithQemu("what only Lamina tells of snapshots", () => {
  let folder = "";
  const lamina = (line: string) => run(process.execPath, [bundle, ...words(line)], folder);
  beforeAll(() => {
    folder = newFolder();
    qemuImg(["create", "-q", "-f", "qcow2", "s.qcow2", "4M"], folder);
    for (const [at, name] of ["same", "other", "same"].entries()) {
      qemuIo(join(folder, "s.qcow2"), "qcow2", [`write -P ${at + 1} 0 ${at + 1}M`]);
      qemuImg(["snapshot", "-c", name, "s.qcow2"], folder);
    }
    qemuIo(join(folder, "s.qcow2"), "qcow2", ["write -P 9 0 4M"]);
  });

  afterAll(() => removeFolder(folder));

  it("lists them as JSON, with what each one alone takes", async () => {
    const listed = JSON.parse(
      (await lamina("snapshot -l --output=json s.qcow2")).stdout,
    ) as Listed[];
    expect(listed.map(({ index, id, name }) => [index, id, name])).toEqual([
      [0, "1", "same"],
      [1, "2", "other"],
      [2, "3", "same"],
    ]);
    for (const each of listed) {
      expect(each).toMatchObject({ "disk-size": 4 << 20, "vm-state-size": 0 });
      expect(Math.abs(Date.parse(each.date) - Date.now())).toBeLessThan(600_000);
      // Its megabytes, its L2 table and its L1 table.
      expect(each["exclusive-size"]).toBe(((each.index + 1) << 20) + 2 * 65536);
      const human = (await lamina(`snapshot --freed ${each.id} s.qcow2`)).stdout;
      expect(human).toContain(` (${each["exclusive-size"]} bytes)\n`);
    }
    const freed = await lamina("snapshot --freed 1,3 --output=json s.qcow2");
    expect(JSON.parse(freed.stdout)).toEqual({ freed: (4 << 20) + 4 * 65536 });
    expect(await lamina("snapshot --freed 1,9 s.qcow2")).toMatchObject({
      code: 1,
      stderr: "lamina: Could not find snapshot '9'\n",
    });
  });

  it("tells whose child each is by the clusters that they share", async () => {
    const tree = join(folder, "tree.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", tree, "4M"], folder);
    const write = (at: number) => qemuIo(tree, "qcow2", [`write -P 7 ${at}M 512k`]);
    const take = (name: string) => qemuImg(["snapshot", "-c", name, tree], folder);
    write(0);
    take("root");
    write(1);
    take("left");
    qemuImg(["snapshot", "-a", "root", tree], folder);
    write(2);
    take("right");
    const listed = JSON.parse(
      (await lamina("snapshot -l --output=json tree.qcow2")).stdout,
    ) as Listed[];
    expect(listed.map(({ name, parent }) => [name, parent])).toEqual([
      ["root", null],
      ["left", 0],
      ["right", 0],
    ]);
    for (const { parent, confidence } of listed)
      if (parent !== null) expect(confidence).toBeGreaterThan(0.5);
  });

  it("takes one of several of a name by its place in the table", async () => {
    const copy = join(folder, "copy.qcow2");
    copyFileSync(join(folder, "s.qcow2"), copy);
    const wrong = await lamina("snapshot -d same --index 1 copy.qcow2");
    expect(wrong).toMatchObject({
      code: 1,
      stderr: "lamina: The snapshot with index 1 is 'other' (ID 2), not 'same'\n",
    });
    expect((await lamina("snapshot -d same --index 7 copy.qcow2")).code).toBe(1);
    expect((await lamina("snapshot -a same --index 2 copy.qcow2")).code).toBe(0);
    qemuIo(copy, "qcow2", ["read -P 3 0 3M"]);
    expect((await lamina("snapshot -d same --index 2 copy.qcow2")).code).toBe(0);
    const left = JSON.parse(
      (await lamina("snapshot -l --output=json copy.qcow2")).stdout,
    ) as Listed[];
    expect(left.map(({ id }) => id)).toEqual(["1", "2"]);
  });
});
