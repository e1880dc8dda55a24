import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectBytes } from "../helpers/bytes";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { archive } from "../engine/wrappings/archive";
import { pack } from "../engine/wrappings/packed";
import { bundle, run } from "./programs";

const one = new Uint8Array(5 * 2 ** 20).fill(1);
const two = new Uint8Array(8192).fill(2);

describe("an image that lies in another file", () => {
  let folder = "";
  const lamina = (...args: string[]) => run(process.execPath, [bundle, ...args], folder);
  const put = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);

  beforeAll(() => {
    folder = newFolder();
    const a = { name: "a.raw", data: one };
    put("one.tar", archive([a]));
    put("two.tar", archive([a, { name: "b.raw", data: two }]));
    put("a.raw.gz", pack.gz(one));
    put("a.raw.xz", pack.xz(one));
  });

  afterAll(() => removeFolder(folder));

  it("is told by info", async () => {
    expect(await lamina("info", "one.tar")).toMatchObject({
      code: 0,
      stdout: `image: one.tar
file format: raw
virtual size: 5 MiB (5242880 bytes)
disk size: 5 MiB
wrapped in: tar (a.raw)
disk in the archive: a.raw: raw, 5242880 bytes at 512
`,
    });
    const packed = await lamina("info", "a.raw.gz");
    expect(packed.stdout).toContain("virtual size: about 5 MiB (5242880 bytes)\n");
    expect(packed.stdout).toContain("wrapped in: gz\nunpacked size: about 5242880 bytes\n");
    const json: unknown = JSON.parse((await lamina("info", "--output=json", "a.raw.xz")).stdout);
    expect(json).toMatchObject({ "virtual-size": 5242880, wrapping: { type: "xz" } });
  });

  it("is named with --member where there are several", async () => {
    expect(await lamina("info", "two.tar")).toMatchObject({
      code: 1,
      stderr:
        "lamina: Could not open 'two.tar': two.tar holds 2 disks: a.raw, b.raw. " +
        "Name the one to open (command line: --member NAME).\n",
    });
    expect((await lamina("info", "--member", "b.raw", "two.tar")).stdout).toContain("8 KiB");
    expect((await lamina("map", "--member=b.raw", "two.tar")).stdout).toContain("0x2000");
    expect(await lamina("convert", "--member", "b.raw", "two.tar", "b")).toMatchObject({ code: 0 });
    expectBytes(readFileSync(join(folder, "b")), two);
  });

  it("is unpacked by convert, and by nothing else", async () => {
    for (const name of ["a.raw.gz", "a.raw.xz"]) {
      expect(await lamina("convert", "-O", "qcow2", name, "a.qcow2")).toMatchObject({ code: 0 });
      expect(await lamina("compare", "one.tar", "a.qcow2")).toMatchObject({ code: 0 });
    }
    const { code, stderr } = await lamina("map", "a.raw.gz");
    expect(code).toBe(1);
    expect(stderr).toContain("holds a raw image compressed with gzip, which can be converted");
  });

  it("stays what it is with -f raw", async () => {
    expect((await lamina("info", "-f", "raw", "one.tar")).stdout).not.toContain("wrapped");
  });
});
