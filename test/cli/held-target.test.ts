import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { qemuHolds } from "../helpers/qemu-holds";
import { describeWithQemu, qemuImg, runOracle } from "../helpers/qemu-img";
import { tempFolder } from "../helpers/temp-folder";
import { linkAsQemuImg, run, words } from "./programs";

describeWithQemu("a target that qemu has open", () => {
  it.each([
    ["qcow2", false, "convert -O qcow2 s.qcow2"],
    ["qcow2", true, "convert -O raw s.qcow2"],
    ["raw", false, "convert -O raw s.qcow2"],
    ["raw", false, "convert -O vdi s.qcow2"],
    ["raw", true, "convert -O vpc s.qcow2"],
    ["qcow2", false, "dd -O raw if=s.qcow2 of="],
  ])(
    "held as %s, read-only %s, is written by '%s' only when qemu-img writes it",
    async (format, readOnly, line) => {
      const folder = tempFolder();
      const link = linkAsQemuImg(join(folder, "bin"));
      const path = (name: string): string => join(folder, name);
      qemuImg(["create", "-q", "-f", "qcow2", path("s.qcow2"), "1M"]);
      qemuImg(["create", "-q", "-f", format, path("ours"), "1M"]);
      copyFileSync(path("ours"), path("theirs"));
      const before = readFileSync(path("ours"));
      const { pid } = await qemuHolds(path("ours"), format, { readOnly });
      await qemuHolds(path("theirs"), format, { readOnly });
      const onto = (target: string): string[] =>
        words(line.endsWith("=") ? `${line}${target}` : `${line} ${target}`);
      const theirs = runOracle("qemu-img", onto("theirs"), folder);
      const ours = await run(link, onto("ours"), folder);
      expect(ours.code).toBe(theirs.status);
      if (ours.code === 0) return;
      expect(theirs.stderr).toContain(`"write" lock`);
      expect(ours.stderr).toContain(`ours is in use by qemu-io (process ${pid}).`);
      expect(readFileSync(path("ours")).equals(before)).toBe(true);
    },
  );
});
