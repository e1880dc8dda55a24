import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createImage, formats, measureNew } from "../../../electron/engine";
import type { FormatId, OptionValues } from "../../../shared/model/format";
import { tempFolder } from "../../helpers/temp-folder";

const MiB = 2 ** 20;

const cases: [FormatId, OptionValues][] = [
  ...formats.filter(({ create }) => create).map(({ id }): [FormatId, OptionValues] => [id, {}]),
  ["raw", { preallocation: "falloc" }],
  ["raw", { preallocation: "full" }],
  ["qcow2", { preallocation: "metadata" }],
  ["qcow2", { preallocation: "falloc" }],
  ["qcow2", { preallocation: "full", cluster_size: 4096 }],
  ["qcow2", { data_file: "data.raw", data_file_raw: true, preallocation: "full" }],
  ["qcow2", { extended_l2: true, cluster_size: 131_072 }],
  ["vdi", { static: true }],
  ["vpc", { subformat: "fixed" }],
  ["vhdx", { subformat: "fixed" }],
  ["vhdx", { block_state_zero: true }],
  ["vmdk", { subformat: "monolithicFlat" }],
  ["vmdk", { subformat: "twoGbMaxExtentSparse" }],
  ["vmdk", { subformat: "twoGbMaxExtentFlat" }],
  ["vmdk", { subformat: "streamOptimized" }],
];

describe("what a new image takes is known before it is made", () => {
  it.each(cases)("%s with %j", (format, options) => {
    const folder = tempFolder();
    // A name as long as the one that the measure stands for, since VMDK's text holds it.
    const path = join(folder, "image");
    const size = 24 * MiB + 512;
    const foretold = measureNew(format, { size, options });
    const made = createImage({
      path,
      format,
      spec: { size, options },
      replace: false,
      flush: true,
    });

    const files = readdirSync(folder).map((name) => statSync(join(folder, name)));
    const sum = (of: (file: (typeof files)[number]) => number): number =>
      files.map(of).reduce((a, b) => a + b, 0);
    const allocated = sum((file) => file.blocks * 512);
    // ext4 counts the block in which it lists the stretches of a file with more than four of them.
    expect(allocated - foretold.allocated).toBeOneOf(format === "vhdx" ? [0, 4096] : [0]);
    expect(made).toEqual({
      virtualSize: size,
      fileLength: sum((file) => file.size),
      allocated: foretold.allocated,
    });
    // The text of a VMDK's descriptor names its file.
    expect(Math.abs(made.fileLength - foretold.fileLength)).toBeLessThan(64);
    expect(foretold.fullyAllocated).toBeGreaterThanOrEqual(foretold.allocated - 8 * MiB);
  });

  it("is refused as the image itself would be", () => {
    const size = 3 * 2 ** 40;
    expect(() => measureNew("vpc", { size, options: {} })).toThrow(/too large for VHD/);
    expect(() => measureNew("iso", { size, options: {} })).toThrow(/cannot be written/);
  });
});
