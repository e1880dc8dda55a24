import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createControl } from "../../../../electron/engine/ops/control";
import {
  makeSamples,
  sampleNames,
  samplesSize,
} from "../../../../electron/engine/ops/samples/make-samples";
import { reportImage } from "../../../../electron/engine/ops/report";
import { snapshotTree } from "../../../../electron/engine/ops/snapshot-tree/snapshot-tree";
import {
  describeWithQemu,
  mustBeIdentical,
  qemuImg,
  qemuJson,
  runOracle,
} from "../../../helpers/qemu-img";
import { newFolder, removeFolder, tempFolder } from "../../../helpers/temp-folder";

const nowSeconds = 1_760_000_000;

describeWithQemu("the sample set", () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  const control = createControl();

  beforeAll(() => {
    folder = newFolder();
    makeSamples(folder, nowSeconds, control);
  });
  afterAll(() => removeFolder(folder));

  it("has the files it names, and takes no more space than it says", () => {
    expect(readdirSync(folder).toSorted()).toEqual([...sampleNames].toSorted());
    const blocks = sampleNames.map((name) => statSync(at(name)).blocks * 512);
    const taken = blocks.reduce((sum, size) => sum + size, 0);
    expect(taken).toBeLessThanOrEqual(samplesSize);
    expect(taken).toBeGreaterThan(samplesSize / 2);
    expect(samplesSize).toBeLessThan(64 * 2 ** 20);
    expect(control.done).toBe(control.total);
  });

  it.each(sampleNames.filter((name) => name.endsWith("qcow2") && name !== "broken-chain.qcow2"))(
    "%s has nothing that qemu-img check finds",
    (name) => {
      const { status, stdout } = runOracle("qemu-img", ["check", "-f", "qcow2", at(name)]);
      expect({ status, stdout }).toMatchObject({
        status: 0,
        stdout: expect.stringContaining("No errors were found"),
      });
    },
  );

  it("has overlays that qemu-img finds on one another", () => {
    const chain = qemuJson<{ filename: string }[]>([
      "info",
      "--backing-chain",
      at("web-server-test.qcow2"),
    ]);
    expect(chain.map(({ filename }) => filename)).toEqual(
      ["web-server-test.qcow2", "web-server.qcow2", "base.qcow2"].map(at),
    );
    const answers = reportImage({ path: at("web-server-test.qcow2"), grants: [] }).layers.map(
      ({ answers }) => answers,
    );
    expect(answers.every((bytes) => bytes > 2 ** 20)).toBe(true);
  });

  it("has a compressed copy that reads as the base, in less", () => {
    mustBeIdentical(at("base.qcow2"), at("base-compressed.qcow2"), "qcow2", "qcow2");
    expect(statSync(at("base-compressed.qcow2")).size).toBeLessThan(
      0.8 * statSync(at("base.qcow2")).size,
    );
  });

  it("has a raw disk of which every byte is taken", () => {
    const { size, blocks } = statSync(at("thick.img"));
    expect(blocks * 512).toBeGreaterThanOrEqual(size);
  });

  it("has a chain whose base is not there, and that is well once it is", () => {
    const { broken } = reportImage({ path: at("broken-chain.qcow2"), grants: [] });
    expect(broken).toMatchObject({ name: "moved-away.qcow2", failure: { code: "missing-file" } });
    symlinkSync("base.qcow2", at("moved-away.qcow2"));
    qemuImg(["check", "-f", "qcow2", at("broken-chain.qcow2")]);
    mustBeIdentical(at("broken-chain.qcow2"), at("web-server.qcow2"), "qcow2", "qcow2");
    rmSync(at("moved-away.qcow2"));
  });

  it("has snapshots on two branches, and each reads as it was taken", () => {
    const { nodes } = snapshotTree({ path: at("snapshots.qcow2") }, createControl());
    const parents = nodes.map(({ name, parent }) => [
      name,
      parent === null ? null : nodes[parent]?.name,
    ]);
    expect(parents).toEqual([
      ["installed", null],
      ["updated", "installed"],
      ["with orders", "updated"],
      ["experiment", "installed"],
      ["", "experiment"],
    ]);
    const names = qemuImg(["snapshot", "-l", at("snapshots.qcow2")]);
    for (const name of ["installed", "updated", "with orders", "experiment"])
      expect(names).toContain(name);
  });

  it.skipIf(spawnSync("fsck.fat").error !== undefined)(
    "has file systems that fsck.fat finds in order",
    () => {
      for (const [name, format, size] of [
        ["web-server-test.qcow2", "qcow2", 1792],
        ["thick.img", "raw", 15],
      ] as const) {
        const file = { driver: format, file: { driver: "file", filename: at(name) } };
        const volume = { driver: "raw", offset: 2 ** 20, size: size * 2 ** 20, file };
        const copy = join(tempFolder(), "volume.raw");
        qemuImg(["convert", "-O", "raw", `json:${JSON.stringify(volume)}`, copy]);
        const { status, stdout } = spawnSync("fsck.fat", ["-n", copy], { encoding: "utf8" });
        expect({ status, stdout }).toMatchObject({ status: 0 });
      }
    },
  );

  it("has a partition table with a file system and swap space", () => {
    const { inside } = reportImage({ path: at("base.qcow2"), grants: [] });
    expect(inside?.partitions).toMatchObject([
      { start: 2 ** 20, bootable: true, content: { kind: "fat16", label: "SAMPLE" } },
      { start: 1793 * 2 ** 20, length: 255 * 2 ** 20, content: { kind: "swap" } },
    ]);
    expect(inside?.findings).toEqual([]);
  });
});

it("stops before the next step when it is cancelled", () => {
  const control = createControl();
  control.cancel();
  const folder = tempFolder();
  expect(() => makeSamples(folder, nowSeconds, control)).toThrow("Cancelled");
  expect(readdirSync(folder)).toEqual([]);
});
