import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fields } from "../../../../electron/engine/codec/fields";
import { writeRawFile } from "../../../helpers/pattern-disk";
import { qemuImg } from "../../../helpers/qemu-img";
import { fixed, holding } from "../../formats/vhd/handmade";
import { qemuHistory } from "../qemu-history";
import type { FormatSamples, Sample } from "../samples";

export const vpcSamples: FormatSamples = {
  qemuName: "vpc",
  largestEmpty: 2040 * 2 ** 30,
  overlays: [],
  byHand(folder, disk, random) {
    const images = [
      { name: "fixed", bytes: fixed(disk.bytes, { creator: "win " }) },
      // qemu-img reads what is stored for sectors whose bit is clear: zeros, here.
      { name: "blocks of 4 KiB", bytes: holding(disk.bytes, 4096, random, 0) },
      { name: "blocks of 512 KiB", bytes: holding(disk.bytes, 2 ** 19, random, 0) },
    ];
    return images.map(({ name, bytes }, index): Sample => {
      const path = join(folder, `hand-${index}.vhd`);
      writeFileSync(path, bytes);
      return { name, path, content: disk.bytes };
    });
  },
  byQemu(folder, disk, random) {
    const source = join(folder, "source.img");
    writeRawFile(source, disk);
    const converted = ["dynamic", "fixed"].map((subformat): Sample => {
      const path = join(folder, `${subformat}.vhd`);
      const options = `subformat=${subformat},force_size=on`;
      qemuImg(["convert", "-f", "raw", "-O", "vpc", "-o", options, source, path]);
      return { name: subformat, path, content: disk.bytes };
    });
    const path = join(folder, "history.vhd");
    const plan = { path, format: "vpc", size: disk.size, random, options: "force_size=on" };
    return [...converted, { name: "by qemu-io in random order", path, content: qemuHistory(plan) }];
  },
  structures(bytes) {
    const end = { name: "footer", at: bytes.length - 512, length: 512 };
    const isFixed = fields(bytes, { order: "big" }).u32(end.at + 60) === 2;
    if (isFixed) return [end];
    const header = fields(bytes.subarray(512), { order: "big" });
    return [
      { name: "footer copy", at: 0, length: 512 },
      { name: "dynamic disk header", at: 512, length: 1024 },
      { name: "parent locators", at: 512 + 576, length: 192 },
      { name: "block allocation table", at: header.u64(16), length: header.u32(28) * 4 },
      end,
    ];
  },
};
