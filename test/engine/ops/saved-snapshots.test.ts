import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { convert, createControl, formatModels } from "../../../electron/engine";
import type { OptionValues } from "../../../shared/model/format";
import { describeWithQemu, mustBeIdentical, qemuImg, qemuIo } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { newFolder, removeFolder } from "../../helpers/temp-folder";

/** What is chosen beside each format's defaults, one image each. */
const choices: Readonly<Record<string, readonly OptionValues[]>> = {
  raw: [{ preallocation: "full" }],
  qcow2: [{ compat: "0.10", cluster_size: 4096 }, { extended_l2: true }, { preallocation: "full" }],
  vdi: [{ static: true }],
  vpc: [{ subformat: "fixed" }],
  vhdx: [{ subformat: "fixed" }],
  vmdk: [
    { subformat: "monolithicFlat" },
    { subformat: "twoGbMaxExtentSparse" },
    { subformat: "twoGbMaxExtentFlat" },
    { subformat: "streamOptimized" },
  ],
};

const targets = formatModels()
  .filter(({ writable }) => writable)
  .flatMap(({ id, compresses }) => [
    ...[{}, ...(choices[id] ?? [])].map((options) => ({ id, options, compress: false })),
    // A stream-optimized VMDK, the only one that is compressed, is among the choices.
    ...(compresses && id !== "vmdk" ? [{ id, options: {}, compress: true }] : []),
  ])
  .map((each) => [`${each.id} ${JSON.stringify(each.options)} ${each.compress}`, each] as const);

const size = 5 * 2 ** 20;
const sources = ["alone.qcow2", "overlay.qcow2"];

describeWithQemu(`snapshots that are saved as images of their own (seed ${runSeed})`, () => {
  let folder = "";
  const at = (name: string): string => join(folder, name);

  beforeAll(() => {
    folder = newFolder();
    const r = random(runSeed);
    const change = (name: string): void => {
      const commands = Array.from({ length: 9 }, () => {
        const from = r.between(0, size / 512) * 512;
        const length = Math.min(size - from, r.between(1, 1500) * 512);
        return `${r.pick([`write -P ${r.between(1, 256)}`, "write -z", "discard"])} ${from} ${length}`;
      });
      qemuIo(at(name), "qcow2", commands);
    };
    const create = ["create", "-q", "-f", "qcow2"];
    // The base ends before the disk of the image on it.
    qemuImg([...create, at("base.qcow2"), "3M"]);
    qemuIo(at("base.qcow2"), "qcow2", ["write -P 187 0 3M", "write -z 1M 100k"]);
    qemuImg([...create, at("alone.qcow2"), String(size)]);
    const backing = ["-b", "base.qcow2", "-F", "qcow2"];
    qemuImg([...create, ...backing, at("overlay.qcow2"), String(size)]);
    for (const name of sources) {
      // Names may repeat: it is the place in the table that counts.
      for (const snapshot of ["same", "same", "same"]) {
        change(name);
        qemuImg(["snapshot", "-c", snapshot, at(name)]);
      }
      change(name);
      for (const id of ["1", "2", "3"])
        qemuImg(["convert", "-l", `snapshot.id=${id}`, "-O", "raw", at(name), at(`${name}.${id}`)]);
    }
  });
  afterAll(() => removeFolder(folder));

  const save = (
    name: string,
    target: string,
    how: Partial<Parameters<typeof convert>[0]> & Pick<Parameters<typeof convert>[0], "format">,
    snapshot = 1,
  ): void =>
    void convert({
      source: { images: [{ path: at(name), grants: [], snapshot }] },
      target: at(target),
      options: {},
      replace: true,
      flush: false,
      control: createControl(),
      ...how,
    });

  it.each(targets)("read as by qemu-img: %s", (_, { id, options, compress }) => {
    for (const name of sources) {
      save(name, "saved", { format: id, options, compress });
      mustBeIdentical(at("saved"), at(`${name}.2`), id, "raw");
      if (id !== "raw" && id !== "vpc" && !String(options["subformat"]).includes("Flat"))
        qemuImg(["check", "-q", "-f", id, at("saved")]);
    }
  });

  it("each of them, and on the image's own base", () => {
    for (const snapshot of [0, 1, 2]) {
      for (const name of sources) {
        save(name, "saved", { format: "qcow2" }, snapshot);
        mustBeIdentical(at("saved"), at(`${name}.${snapshot + 1}`), "qcow2", "raw");
      }
      save("overlay.qcow2", "on base", { format: "qcow2", keepBacking: 1 }, snapshot);
      expect(qemuImg(["info", at("on base")])).toContain("backing file: base.qcow2");
      mustBeIdentical(at("on base"), at(`overlay.qcow2.${snapshot + 1}`), "qcow2", "raw");
    }
  });
});
