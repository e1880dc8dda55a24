import { join } from "node:path";
import { fields } from "../../../../electron/engine/codec/fields";
import { writeRawFile } from "../../../helpers/pattern-disk";
import { qemuImg } from "../../../helpers/qemu-img";
import { qemuHistory } from "../qemu-history";
import type { FormatSamples, Sample } from "../samples";

const converted = [
  "monolithicSparse",
  "monolithicFlat",
  "twoGbMaxExtentSparse",
  "twoGbMaxExtentFlat",
  "streamOptimized",
];

/** "KDMV" as a little-endian number. */
const magic = 0x564d444b;

/** What a hosted sparse extent begins with. */
const beginning = [
  { name: "header", at: 0, length: 128 },
  { name: "descriptor", at: 512, length: 20 * 512 },
];

export const vmdkSamples: FormatSamples = {
  qemuName: "vmdk",
  // qemu-img takes no raw base under a VMDK.
  overlays: [],
  byHand: () => [],
  byQemu(folder, disk, random) {
    const source = join(folder, "source.img");
    writeRawFile(source, disk);
    const fromRaw = converted.map((subformat): Sample => {
      const path = join(folder, `${subformat}.vmdk`);
      const options = ["-o", `subformat=${subformat}`];
      qemuImg(["convert", "-f", "raw", "-O", "vmdk", ...options, source, path]);
      return { name: subformat, path, content: disk.bytes };
    });
    const histories = ["zeroed_grain=off", "zeroed_grain=on"].map((options): Sample => {
      const path = join(folder, `${options}.vmdk`);
      const plan = { path, format: "vmdk", size: disk.size, random, options };
      return { name: `history with ${options}`, path, content: qemuHistory(plan) };
    });
    return [...fromRaw, ...histories];
  },
  structures(bytes) {
    const file = fields(bytes, { order: "little" });
    // Of an image of several files, the damage is done to the text that names the others.
    if (file.u32(0) !== magic) return [{ name: "descriptor", at: 0, length: bytes.length }];
    const inFooter = file.u32(56) === 0xffffffff;
    if (inFooter) return [...beginning, { name: "footer", at: bytes.length - 1024, length: 128 }];
    const entries = file.u32(44);
    const tables = Math.ceil(file.u64(12) / (file.u64(20) * entries));
    return (["redundant grain", "grain"] as const)
      .flatMap((name, index) => {
        const directory = file.u64(48 + index * 8) * 512;
        if (directory === 0) return [];
        return [
          { name: `${name} directory`, at: directory, length: tables * 4 },
          { name: `${name} table`, at: file.u32(directory) * 512, length: entries * 4 },
        ];
      })
      .concat(beginning);
  },
};
