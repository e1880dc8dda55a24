import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkImage, repairImage } from "../../../electron/engine";
import { describeWithQemu, qemuImg } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";

/** Byte offset of autoclear_features in the header. */
const at = 88;

describeWithQemu("an autoclear feature that Lamina does not know", () => {
  it("is cleared by a repair that finds nothing, and left alone by a check", () => {
    const path = join(tempFolder(), "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    const fd = openSync(path, "r+");
    writeSync(fd, Uint8Array.of(0x80), 0, 1, at);
    closeSync(fd);
    const before = readFileSync(path);

    checkImage(path);
    expect(Buffer.compare(readFileSync(path), before)).toBe(0);
    repairImage(path, "leaks");
    expect(readFileSync(path).readBigUInt64BE(at)).toBe(0n);
    qemuImg(["check", "-q", path]);
  });
});
