import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PatternDisk } from "../../../helpers/pattern-disk";
import { qemuImg } from "../../../helpers/qemu-img";
import { descriptorsAt, putDescriptors } from "../../formats/iso/disc";
import type { FormatSamples, Sample } from "../samples";

/** The disk with volume descriptors laid over it. */
function disc(folder: string, disk: PatternDisk): Sample {
  const path = join(folder, "disc.iso");
  const content = disk.bytes.slice();
  putDescriptors(content, { joliet: "Joliet", catalog: 30, udf: "NSR02" });
  writeFileSync(path, content);
  return { name: "with Joliet, El Torito and UDF", path, content };
}

export const isoSamples: FormatSamples = {
  qemuName: "raw",
  overlays: [],
  byHand: (folder, disk) => [disc(folder, disk)],
  byQemu(folder, disk) {
    const { path, content } = disc(folder, disk);
    const copy = join(folder, "copy.iso");
    // qemu-img takes it for raw and leaves its zeros out as holes.
    qemuImg(["convert", "-f", "raw", "-O", "raw", path, copy]);
    return [{ name: "copied by qemu-img", path: copy, content }];
  },
  structures: () =>
    ["primary", "boot record", "Joliet", "terminator", "BEA01", "NSR02"].map((name, index) => ({
      name,
      at: descriptorsAt + index * 2048,
      length: 2048,
    })),
};
