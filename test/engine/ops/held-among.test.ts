import { mkdirSync, openSync, closeSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { holdersAmong, whoUses } from "../../../electron/engine/ops/in-use";
import type { ImageUser } from "../../../shared/model/in-use";
import { qemuHolds } from "../../helpers/qemu-holds";
import { describeWithQemu, qemuImg } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";

describeWithQemu("who holds one of many images", () => {
  it("is told as for each alone, without the marks and without this process", async () => {
    const folder = tempFolder();
    const paths = ["written", "read", "free", "machine", "own", "sub/written"].map((name) =>
      join(folder, `${name}.qcow2`),
    );
    const [written = "", read = "", , machine = "", own = ""] = paths;
    mkdirSync(join(folder, "sub"));
    for (const path of paths) qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    mkdirSync(`${machine}.lck`);
    writeFileSync(join(`${machine}.lck`, "M1.lck"), "");
    const open = openSync(own, "r+");
    onTestFinished(() => closeSync(open));
    expect(holdersAmong(paths)).toEqual(new Map([[machine, whoUses(machine)]]));

    const one = await qemuHolds(written, "qcow2");
    const other = await qemuHolds(read, "qcow2", { readOnly: true });
    const user = (writes: boolean, id: number): ImageUser[] => [
      { sign: "lock", writes, process: { id, name: "qemu-io" } },
    ];
    expect(holdersAmong([...paths, join(folder, "gone")])).toEqual(
      new Map([
        [written, user(true, one.pid)],
        [read, user(false, other.pid)],
        [machine, whoUses(machine)],
      ]),
    );
  });
});
