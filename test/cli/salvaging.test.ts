import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copied, handmade } from "../engine/formats/qcow2/handmade";
import { tempFolder } from "../helpers/temp-folder";
import { bundle, run } from "./programs";

describe("convert --salvage", () => {
  it("says what became zeros, unless it is to be quiet", async () => {
    const folder = tempFolder();
    const data = new Uint8Array(65_536).fill(7);
    const l2 = [copied | 0x5_0000n, copied | 0x7000_0000n];
    writeFileSync(join(folder, "bad.qcow2"), handmade({ l2, data }));
    const convert = (...args: string[]) =>
      run(process.execPath, [bundle, "convert", ...args, "bad.qcow2", "a.raw"], folder);

    expect(await convert()).toMatchObject({ code: 1, stdout: "" });
    expect(readdirSync(folder)).toEqual(["bad.qcow2"]);
    const { code, stdout, stderr } = await convert("--salvage");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr.split("\n")).toEqual([
      expect.stringMatching(
        /^lamina: warning: error while reading offset 65536: .+ \(65536 bytes\)$/,
      ),
      "lamina: warning: 65536 bytes could not be read and became zeros",
      "",
    ]);
    const bytes = Buffer.alloc(4 * 65_536);
    bytes.set(data);
    expect(readFileSync(join(folder, "a.raw")).equals(bytes)).toBe(true);
    expect(await convert("--salvage", "-q")).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});
