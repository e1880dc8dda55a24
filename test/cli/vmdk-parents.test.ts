import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithQemu, qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import { tempFolder } from "../helpers/temp-folder";
import { linkAsQemuImg, run, words } from "./programs";

/** Two equal folders with a base, an image on it, and one that is no VMDK. */
function twoFolders() {
  const folder = tempFolder();
  const [theirs, ours] = [join(folder, "theirs"), join(folder, "ours")];
  mkdirSync(theirs);
  qemuImg(["create", "-q", "-f", "vmdk", "base.vmdk", "3M"], theirs);
  qemuIo(join(theirs, "base.vmdk"), "vmdk", ["write -P 1 0 1M"]);
  qemuImg(["create", "-q", "-f", "vmdk", "-b", "base.vmdk", "-F", "vmdk", "top.vmdk"], theirs);
  qemuIo(join(theirs, "top.vmdk"), "vmdk", [
    "write -P 2 100k 300k",
    "write -z 512k 128k",
    "write -P 3 2M 64k",
  ]);
  qemuImg(["create", "-q", "-f", "raw", "a.img", "1M"], theirs);
  cpSync(theirs, ours, { recursive: true });
  return { folder, theirs, ours };
}

/** What an image says of its parent and of itself; the content ID is drawn. */
function said(folder: string, name: string): object {
  const {
    "actual-size": _size,
    "format-specific": { data },
    ...facts
  } = qemuJson<Record<string, unknown> & { "format-specific": { data: Record<string, unknown> } }>(
    ["info", name],
    folder,
  );
  return { ...facts, kind: data["create-type"], parent: data["parent-cid"] };
}

describeWithQemu("VMDK images on a parent, against qemu-img", () => {
  it("makes them, and copies on one what differs", async () => {
    const { folder, theirs, ours } = twoFolders();
    const link = linkAsQemuImg(join(folder, "bin"));
    const made = [
      "create -f vmdk -b base.vmdk -F vmdk new",
      "create -f vmdk -o backing_file=base.vmdk,backing_fmt=vmdk new 8M",
      "create -f vmdk -u -b base.vmdk -F vmdk -o subformat=streamOptimized new 3M",
      "create -f vmdk -b base.vmdk -F vmdk -o subformat=twoGbMaxExtentSparse new",
      "convert -O vmdk -B base.vmdk -F vmdk top.vmdk new",
      "convert -O vmdk -o subformat=streamOptimized -B base.vmdk -F vmdk top.vmdk new",
    ];
    for (const line of made) {
      const oracle = await run("qemu-img", words(line), theirs);
      expect(oracle.code, line).toBe(0);
      expect(await run(link, words(line), ours), line).toEqual(oracle);
      expect(said(ours, "new"), line).toEqual(said(theirs, "new"));
      qemuImg(["compare", join(ours, "new"), join(theirs, "new")]);
      qemuImg(["check", "-q", join(ours, "new")]);
    }
  });

  it("refuses what qemu-img refuses, in its words", async () => {
    const { folder, theirs, ours } = twoFolders();
    const link = linkAsQemuImg(join(folder, "bin"));
    const refused = [
      "create -f vmdk -b a.img -F raw new",
      "create -f vmdk -b a.img -u -F raw new 1M",
      "create -f vmdk -b base.vmdk -F vmdk -o subformat=monolithicFlat new",
      "create -f vmdk -b base.vmdk -F qcow2 new",
      "create -f vmdk -b nope.vmdk -F vmdk new",
      "convert -O vmdk -B a.img -F raw top.vmdk new",
      "rebase -u -b base.vmdk -F vmdk top.vmdk",
    ];
    for (const line of refused) {
      const oracle = await run("qemu-img", words(line), theirs);
      expect(oracle.code, line).toBe(1);
      expect(await run(link, words(line), ours), line).toEqual(oracle);
    }
  });
});
