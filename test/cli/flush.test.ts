import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../helpers/temp-folder";
import { bundle } from "./programs";

/** Writes the name of every call that flushes or renames a file to the file named in LOG. */
const hook = `
const fs = require("node:fs");
for (const name of ["fsyncSync", "fdatasyncSync", "renameSync", "linkSync"]) {
  const call = fs[name];
  fs[name] = (...given) => {
    fs.appendFileSync(process.env.LOG, name + "\\n");
    return call(...given);
  };
}
`;

/** What a command did of it, in order. */
function calls(...args: string[]): string[] {
  const folder = tempFolder();
  const [require, LOG] = [join(folder, "hook.cjs"), join(folder, "log")];
  writeFileSync(require, hook);
  writeFileSync(LOG, "");
  writeFileSync(join(folder, "disk.img"), new Uint8Array(300_000).fill(7));
  const env = { ...process.env, LOG };
  execFileSync(process.execPath, ["--require", require, bundle, ...args], { cwd: folder, env });
  return readFileSync(LOG, "utf8").trimEnd().split("\n");
}

const isFlush = (call: string): boolean => call.endsWith("syncSync");

describe("convert", () => {
  const convert = (...more: string[]): string[] =>
    calls("convert", ...more, "-O", "qcow2", "disk.img", "new.qcow2");

  it("flushes nothing by default, as qemu-img", () => {
    const made = convert();
    expect(made.filter(isFlush)).toEqual([]);
    expect(made).not.toEqual([""]);
  });

  it.each(["writeback", "none"])("flushes before the new name with -t %s", (mode) => {
    const made = convert("-t", mode);
    expect(made.findIndex(isFlush)).toBe(0);
    expect(made.some((call) => !isFlush(call))).toBe(true);
  });
});
