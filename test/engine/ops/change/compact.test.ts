import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  compactConsequences,
  compactImage,
  createControl,
  deleteSnapshots,
  repairImage,
} from "../../../../electron/engine";
import { expectBytes } from "../../../helpers/bytes";
import { describeWithQemu, qemuImg, qemuIo, runOracle } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { guestBytes, stateOf } from "../../change/disk-state";
import { mustBeSound } from "../../change/oracle-check";
import { layouts, randomImage, writeAsGuest } from "../../change/random-image";
import { diskOf } from "./chain-images";

const grants: readonly string[] = [];

describeWithQemu("a qcow2 file is made shorter", () => {
  for (const [i, layout] of layouts.entries()) {
    const seed = runSeed + i;
    it(`${layout.clusterSize}, ${layout.options ?? "default"} (seed ${seed})`, () => {
      const r = random(seed);
      const folder = tempFolder();
      const path = randomImage(r, folder, layout);
      // What was written and given back leaves holes in the file.
      writeAsGuest(path, [`write -P 1 0 ${layout.clusterSize * 8}`, "write -P 0 0 64k"]);
      if (layout.snapshots > 0) deleteSnapshots(path, [0]);
      writeAsGuest(path, [`discard ${layout.clusterSize * 2} ${layout.clusterSize * 6}`]);
      const before = new Uint8Array(readFileSync(path));
      const told = compactConsequences({ path, grants });
      compactImage({ path, grants });
      mustBeSound(path);
      const after = new Uint8Array(readFileSync(path));
      expect(stateOf(after)).toBe(stateOf(before));
      expectBytes(guestBytes(after), guestBytes(before));
      expect(after.length).toBeLessThan(before.length);
      expect(after.length).toBeLessThanOrEqual(told.space);
      expect(readdirSync(folder)).toEqual(["a.qcow2"]);
      compactImage({ path, grants });
      expect(statSync(path).size).toBe(after.length);
      // It can go on living.
      writeAsGuest(path, ["write -P 7 0 32k"]);
      qemuImg(["check", "-q", path]);
    });
  }

  it("above a base, without its leaks, and the same after a cancel", () => {
    const folder = tempFolder();
    const [base, path] = [join(folder, "base.qcow2"), join(folder, "top.qcow2")];
    qemuImg(["create", "-q", "-f", "qcow2", base, "4M"]);
    qemuIo(base, "qcow2", ["write -P 1 0 4M"]);
    qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", path]);
    qemuIo(path, "qcow2", ["write -P 2 0 1M", "write -P 0 2M 1M", "write -c -P 3 3M 64k"]);
    // A refcount of 2 for the first data cluster, which is used once: the COPIED flag is off, too.
    const bytes = readFileSync(path);
    const disk = diskOf(path);
    const block = Number(bytes.readBigUInt64BE(Number(bytes.readBigUInt64BE(48))));
    const l2 = Number(bytes.readBigUInt64BE(Number(bytes.readBigUInt64BE(40))) & 0xfffffffffffe00n);
    const cluster = Number(bytes.readBigUInt64BE(l2) & 0xfffffffffffe00n) / 65536;
    bytes.writeUInt16BE(2, block + cluster * 2);
    bytes.writeUInt8(bytes.readUInt8(l2) & 0x7f, l2);
    writeFileSync(path, bytes);
    const control = createControl();
    const cancelling = Object.create(control, {
      setTotal: { value: (total: number) => total < 4_000_000 && control.cancel() },
    }) as typeof control;
    expect(() => compactImage({ path, grants }, cancelling)).toThrow("Cancelled.");
    expect(readdirSync(folder)).toEqual(["base.qcow2", "top.qcow2"]);
    expect(diskOf(path).equals(disk)).toBe(true);
    compactImage({ path, grants });
    mustBeSound(path);
    expect(repairImage(path, "all").before).toMatchObject({ leaks: 0, corruptions: 0 });
    expect(diskOf(path).equals(disk)).toBe(true);
    expect(statSync(path).size).toBeLessThan(1_700_000);
  });

  it.each([
    ["is encrypted", ["encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10"]],
    ["has bitmaps", []],
  ])("not one that %s", (_, options) => {
    const path = join(tempFolder(), "a.qcow2");
    const secret = ["--object", "secret,id=s,data=x"];
    const how = options.length > 0 ? [...secret, "-o", ...options] : [];
    // A key in so few rounds takes qemu's clock too short a time now and then.
    for (let tries = 0; tries < 20; tries++)
      if (runOracle("qemu-img", ["create", "-q", "-f", "qcow2", ...how, path, "1M"]).status === 0)
        break;
    if (options.length === 0) qemuImg(["bitmap", "--add", path, "b"]);
    const bytes = readFileSync(path);
    expect(() => compactImage({ path, grants, passphrase: "x" })).toThrow(
      expect.objectContaining({ code: "unsupported" }),
    );
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});
