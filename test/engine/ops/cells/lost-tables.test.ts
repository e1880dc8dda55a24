import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createMapper } from "../../../../electron/engine";
import { describeWithQemu, qemuImg, qemuIo } from "../../../helpers/qemu-img";
import { tempFolder } from "../../../helpers/temp-folder";
import { imageErrorOf } from "../../formats/opened";
import { askIn, cluster } from "./ask";

/** An image with a snapshot and a bitmap, and a copy that `damage` was done to. */
function damagedCopy(damage: (bytes: Buffer) => void): { sound: string; damaged: string } {
  const folder = tempFolder();
  const [sound, damaged] = [join(folder, "sound.qcow2"), join(folder, "damaged.qcow2")];
  qemuImg(["create", "-q", "-f", "qcow2", sound, "4M"]);
  qemuIo(sound, "qcow2", ["write -q -P 1 0 1M"]);
  qemuImg(["snapshot", "-c", "one", sound]);
  qemuImg(["bitmap", "--add", sound, "marks"]);
  qemuIo(sound, "qcow2", ["write -q -P 2 512k 1M"]);
  copyFileSync(sound, damaged);
  const bytes = readFileSync(damaged);
  damage(bytes);
  writeFileSync(damaged, bytes);
  return { sound, damaged };
}

const request = (path: string) => ({ path, grants: [] });

describeWithQemu("the map of an image whose snapshot table is lost", () => {
  it("tells of the disk what it tells of a sound one, and of no leaks", () => {
    const { sound, damaged } = damagedCopy((bytes) => bytes.writeBigUInt64BE(2n ** 30n, 64));
    for (const order of ["guest", "host"] as const) {
      const ask = askIn(order);
      const [before, after] = [ask(sound), ask(damaged)];
      expect(after.unavailable.sharing).toBe("lost-snapshots");
      expect(after.bytes["data"]).toBe(before.bytes["data"]);
      expect(after.bytes["leaked"] ?? 0).toBe(0);
      if (order === "guest") expect(after.names).toEqual(before.names);
      // What belonged to the snapshot alone, its tables among it, is told to be a snapshot's.
      else
        for (const [i, name] of before.names.entries())
          expect(name === "metadata" ? ["metadata", "snapshots"] : [name]).toContain(
            after.names[i],
          );
      const look = { request: request(damaged), order, at: 5 * cluster, length: cluster };
      expect(createMapper().place({ ...look, by: "kind" })).toMatchObject({ at: 5 * cluster });
      expect(imageErrorOf(() => ask(damaged, { by: "sharing" })).code).toBe("invalid-argument");
    }
  });
});

describeWithQemu("the map of an image whose bitmap directory is lost", () => {
  it("tells what it tells of a sound one", () => {
    const { sound, damaged } = damagedCopy((bytes) => {
      const extension = bytes.indexOf(Buffer.from([0x23, 0x85, 0x28, 0x75]));
      bytes.writeBigUInt64BE(2n ** 30n, extension + 8 + 16);
    });
    for (const order of ["guest", "host"] as const)
      for (const by of ["kind", "sharing"] as const) {
        const ask = askIn(order);
        expect(ask(damaged, { by }).names).toEqual(ask(sound, { by }).names);
      }
  });
});
