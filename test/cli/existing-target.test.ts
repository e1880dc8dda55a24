import { chmodSync, copyFileSync, lstatSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithQemu, mustBeIdentical, qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import { qemuHolds } from "../helpers/qemu-holds";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { linkAsQemuImg, run, words } from "./programs";

/** Images that are there already, by format and options: 4 MiB like the source. */
const targets: readonly (readonly [format: string, options: string])[] = [
  ["raw", "size=4M"],
  ["qcow2", "cluster_size=4k,lazy_refcounts=on,refcount_bits=8"],
  ["qcow2", "compat=0.10"],
  ["qcow2", "extended_l2=on,compression_type=zstd"],
  ["vdi", "static=on"],
  ["vdi", "static=off"],
  ["vpc", "subformat=fixed,force_size=on"],
  ["vpc", "subformat=dynamic"],
  ["vhdx", "block_size=1M"],
  ["vhdx", "subformat=fixed"],
  ["vmdk", "adapter_type=lsilogic,hwversion=10,zeroed_grain=on"],
];

/** Lines of which both programs say the same, and end with the same code. */
const refused = `
  convert -n -O qcow2 s.qcow2 nope | convert -n -O qcow2 s.qcow2 small.qcow2
  convert -n -O qcow2 s.qcow2 t.raw | convert -n -o cluster_size=4k -O qcow2 s.qcow2 t.qcow2
  convert -n -o help -O qcow2 s.qcow2 t.qcow2 | convert --target-is-zero -O qcow2 s.qcow2 t.qcow2
  convert -n -c -O raw s.qcow2 t.raw | convert -n -O foo s.qcow2 t.raw | convert -n nosource t.raw
  convert -n -t foo -O qcow2 s.qcow2 t.qcow2 | convert -n s.qcow2 sub | convert -n -p s.qcow2 nope
  convert -n -O qcow2 s.qcow2 s.qcow2 t.qcow2`;

interface Info {
  readonly format: string;
  readonly "virtual-size": number;
  readonly "cluster-size"?: number;
  readonly "format-specific"?: { readonly data: object };
}

/** What qemu-img tells of an image but its name and the space that it takes. */
function kindOf(path: string): unknown {
  const info = qemuJson<Info>(["info", path]);
  const { format, "virtual-size": size, "cluster-size": cluster } = info;
  // A new VMDK has a new content ID.
  return { format, size, cluster, data: format === "vmdk" ? {} : info["format-specific"]?.data };
}

describeWithQemu("convert -n", () => {
  let folder = "";
  let link = "";
  const path = (name: string): string => join(folder, name);
  const lamina = (line: string) => run(link, words(line), folder);
  beforeAll(() => {
    folder = newFolder();
    link = linkAsQemuImg(join(folder, "bin"));
    qemuImg(["create", "-q", "-f", "qcow2", path("s.qcow2"), "4M"]);
    qemuIo(path("s.qcow2"), "qcow2", ["write -P 7 64k 1M", "write -P 8 3M 512k"]);
    qemuImg(["create", "-q", "-f", "qcow2", path("small.qcow2"), "3M"]);
    qemuImg(["create", "-q", "-f", "qcow2", path("t.qcow2"), "4M"]);
    qemuImg(["create", "-q", path("t.raw"), "4M"]);
    qemuImg(["create", "-q", path("sub.raw"), "4M"]);
  });
  afterAll(() => removeFolder(folder));

  it.for(targets)("makes of %s (%s) what qemu-img makes of it", async ([format, options]) => {
    const [ours, theirs] = [path("ours"), path("theirs")];
    const size = format === "raw" ? [] : ["4M"];
    qemuImg(["create", "-q", "-f", format, "-o", options, ours, ...size]);
    qemuIo(ours, format, ["write -P 9 0 4M"]);
    copyFileSync(ours, theirs);
    qemuImg(["convert", "-n", "-O", format, path("s.qcow2"), theirs]);
    const outcome = await lamina(`convert -n -O ${format} s.qcow2 ours`);
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(kindOf(ours)).toEqual(kindOf(theirs));
    mustBeIdentical(ours, theirs, format, format);
  });

  it.for(refused.split(/[|\n]/).filter((line) => line.trim() !== ""))(
    "refuses %s",
    async (line) => {
      const kept = (): Buffer =>
        Buffer.concat(["t.qcow2", "t.raw"].map((name) => readFileSync(path(name))));
      const before = kept();
      const [mine, other] = [await lamina(line), await run("qemu-img", words(line), folder)];
      expect(other.code).not.toBe(0);
      expect(mine).toEqual(other);
      expect(kept().equals(before)).toBe(true);
    },
  );

  it("leaves zeros behind a shorter source, and takes --target-is-zero and several sources", async () => {
    qemuImg(["create", "-q", path("long.raw"), "9M"]);
    const line = "convert -n --target-is-zero -O raw s.qcow2 s.qcow2 long.raw";
    expect((await lamina(line)).stderr).toBe("");
    qemuImg(["create", "-q", path("other.raw"), "9M"]);
    qemuImg(words("convert -n -O raw s.qcow2 s.qcow2 other.raw"), folder);
    expect(readFileSync(path("long.raw")).equals(readFileSync(path("other.raw")))).toBe(true);
  });

  it("keeps permissions and link, and compresses when asked", async () => {
    qemuImg(["create", "-q", "-f", "qcow2", path("c.qcow2"), "4M"]);
    chmodSync(path("c.qcow2"), 0o640);
    symlinkSync("c.qcow2", path("link.qcow2"));
    expect((await lamina("convert -n -c -O qcow2 s.qcow2 link.qcow2")).stderr).toBe("");
    expect(lstatSync(path("link.qcow2")).isSymbolicLink()).toBe(true);
    expect(lstatSync(path("c.qcow2")).mode & 0o777).toBe(0o640);
    const check = qemuJson<{ "compressed-clusters": number }>(["check", path("c.qcow2")]);
    expect(check["compressed-clusters"]).toBeGreaterThan(20);
    mustBeIdentical(path("s.qcow2"), path("c.qcow2"), "qcow2", "qcow2");
  });

  it.for([
    ["its snapshots", () => qemuImg(["snapshot", "-c", "one", path("lost.qcow2")])],
    ["its bitmaps", () => qemuImg(["bitmap", "--add", path("lost.qcow2"), "b"])],
    ["its backing file", () => qemuImg(words("rebase -u -b t.raw -F raw lost.qcow2"), folder)],
    ["data behind it", () => qemuIo(path("lost.qcow2"), "qcow2", ["write -P 3 4M 64k"])],
  ] as const)("is refused where %s would be lost", async ([what, spoil]) => {
    qemuImg(["create", "-q", "-f", "qcow2", path("lost.qcow2"), "5M"]);
    spoil();
    const before = readFileSync(path("lost.qcow2"));
    const { code, stderr } = await lamina("convert -n -O qcow2 s.qcow2 lost.qcow2");
    expect(code).toBe(1);
    expect(stderr).toContain(`${what} would be lost`);
    expect(readFileSync(path("lost.qcow2")).equals(before)).toBe(true);
  });

  it("is refused while another program has it open", async () => {
    qemuImg(["create", "-q", "-f", "qcow2", path("held.qcow2"), "4M"]);
    const { release } = await qemuHolds(path("held.qcow2"), "qcow2");
    const { code, stderr } = await lamina("convert -n -O qcow2 s.qcow2 held.qcow2");
    expect([code, stderr]).toEqual([1, expect.stringContaining("is in use by qemu-io")]);
    await release();
  });

  it("is refused for one of its own sources", async () => {
    const before = readFileSync(path("s.qcow2"));
    expect((await lamina("convert -n -O qcow2 s.qcow2 s.qcow2")).code).toBe(1);
    expect(readFileSync(path("s.qcow2")).equals(before)).toBe(true);
  });
});
