import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CommandError } from "../../electron/cli/errors";
import { rebaseSafely } from "../../electron/cli/rebase-safe";
import { describeWithQemu, qemuImg, qemuIo, qemuJson, runOracle } from "../helpers/qemu-img";
import { tempFolder } from "../helpers/temp-folder";
import { linkAsQemuImg, run, words } from "./programs";

/** Two equal folders with the chain base ← middle ← top, and images that do not belong to it. */
function twoFolders() {
  const folder = tempFolder();
  const [theirs, ours] = [join(folder, "theirs"), join(folder, "ours")];
  mkdirSync(theirs);
  const at = (name: string) => join(theirs, name);
  qemuImg(["create", "-q", "-f", "qcow2", at("base.qcow2"), "1M"]);
  qemuIo(at("base.qcow2"), "qcow2", ["write -P 1 0 300k"]);
  qemuImg(
    ["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", "middle.qcow2"],
    theirs,
  );
  qemuIo(at("middle.qcow2"), "qcow2", ["write -P 2 100k 300k"]);
  qemuImg(
    ["create", "-q", "-f", "qcow2", "-b", "middle.qcow2", "-F", "qcow2", "top.qcow2", "2M"],
    theirs,
  );
  qemuIo(at("top.qcow2"), "qcow2", ["write -P 3 200k 300k", "write -z 0 64k"]);
  qemuImg(["create", "-q", "-f", "raw", at("a.img"), "1M"]);
  qemuIo(at("a.img"), "raw", ["write -P 9 0 200k"]);
  cpSync(theirs, ours, { recursive: true });
  return { folder, theirs, ours };
}

/** What is to be alike afterwards: what every image holds, and what it says of itself. */
function leftIn(folder: string): object[] {
  return ["base.qcow2", "middle.qcow2", "top.qcow2", "a.img"].map((name) => {
    const facts = qemuJson<Record<string, unknown>>(["info", name], folder);
    const { "actual-size": _size, ...said } = facts;
    const check = runOracle("qemu-img", ["check", "-q", name], folder);
    return { said, sound: name.endsWith(".img") || check.status === 0 };
  });
}

/** Runs a line in both folders. */
async function mustSayTheSame(folder: string, line: string): Promise<void> {
  const link = linkAsQemuImg(join(folder, "bin"));
  const [oracle, lamina] = await Promise.all([
    run("qemu-img", words(line), join(folder, "theirs")),
    run(link, words(line), join(folder, "ours")),
  ]);
  expect(lamina, line).toEqual(oracle);
}

describeWithQemu("commit and rebase, against qemu-img", () => {
  it.each([
    "commit top.qcow2",
    "commit -d -q -f qcow2 top.qcow2",
    "commit -b middle.qcow2 top.qcow2",
    "commit -b base.qcow2 -t none top.qcow2",
  ])("%s", async (line) => {
    const { folder, theirs, ours } = twoFolders();
    await mustSayTheSame(folder, line);
    expect(leftIn(ours)).toEqual(leftIn(theirs));
    for (const name of ["base", "middle", "top"])
      qemuImg(["compare", join(ours, `${name}.qcow2`), join(theirs, `${name}.qcow2`)]);
  });

  it("says what qemu-img says of commits in vain", async () => {
    const { folder, ours } = twoFolders();
    const before = leftIn(ours);
    const lines = `
      commit | commit a.img b.img | commit base.qcow2 | commit nope.qcow2 | commit -f raw a.img
      commit -f qcow2 a.img | commit -f nope top.qcow2 | commit -b nope top.qcow2
      commit -b top.qcow2 top.qcow2 | commit -t bad top.qcow2 | commit -z top.qcow2`;
    for (const line of lines.split(/[|\n]/).map((each) => each.trim()))
      if (line !== "") await mustSayTheSame(folder, line);
    expect(leftIn(ours)).toEqual(before);
  });

  it("finds the base of commit -b beside the image, as its name stands there", async () => {
    const { folder, ours } = twoFolders();
    for (const name of ["ours", "theirs"]) {
      cpSync(join(folder, name), join(folder, `${name}-sub`), { recursive: true });
      cpSync(join(folder, `${name}-sub`), join(folder, name, "sub"), { recursive: true });
    }
    const before = leftIn(join(ours, "sub"));
    await mustSayTheSame(folder, "commit -b sub/middle.qcow2 sub/top.qcow2");
    expect(leftIn(join(ours, "sub"))).toEqual(before);
    await mustSayTheSame(folder, "commit -b middle.qcow2 sub/top.qcow2");
    expect(leftIn(join(ours, "sub"))).not.toEqual(before);
  });

  it.each([
    ["base.qcow2", "qcow2"],
    ["a.img", "raw"],
    ["", undefined],
    ["nope", "qcow2"],
    ["a.img", "qcow2"],
    ["base.qcow2", undefined],
    ["base.qcow2", "nope"],
  ])("rebase to '%s' as %s", (base, baseFormat) => {
    const { theirs, ours } = twoFolders();
    const args = ["rebase", "-b", base, ...(baseFormat === undefined ? [] : ["-F", baseFormat])];
    const oracle = runOracle("qemu-img", [...args, "top.qcow2"], theirs);
    const image = { name: join(ours, "top.qcow2"), trust: false };
    let said = "";
    let status = 1;
    try {
      status = rebaseSafely({ image, base, baseFormat, progress: false, force: false });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      said = `qemu-img: ${error.message.replaceAll(`${ours}/`, "")}\n`;
    }
    expect({ status, said }).toEqual({ status: oracle.status, said: oracle.stderr });
    const names = (folder: string) =>
      qemuJson<Record<string, unknown>[]>(["info", "--backing-chain", "top.qcow2"], folder).map(
        ({ filename, "backing-filename-format": format }) => [filename, format],
      );
    expect(names(ours)).toEqual(names(theirs));
    qemuImg(["compare", join(ours, "top.qcow2"), join(theirs, "top.qcow2")]);
    qemuImg(["check", "-q", join(ours, "top.qcow2")]);
  });
});
