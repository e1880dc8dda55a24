import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fields } from "../../../../electron/engine/codec/fields";
import type { PatternDisk } from "../../../helpers/pattern-disk";
import { qemuImg } from "../../../helpers/qemu-img";
import type { Random } from "../../../helpers/seed";
import { holding, types } from "../../formats/dmg/handmade";
import type { FormatSamples, Sample } from "../samples";

function byHand(folder: string, disk: PatternDisk, random: Random): Sample {
  const path = join(folder, "chunks.dmg");
  // What qemu reads, too: no ADC, and tables in order.
  writeFileSync(path, holding(disk.bytes, [types.raw, types.zlib], random, "ascending"));
  return { name: "chunks anywhere in the file", path, content: disk.bytes };
}

export const dmgSamples: FormatSamples = {
  qemuName: "dmg",
  overlays: [],
  byHand: (folder, disk, random) => [byHand(folder, disk, random)],
  byQemu(folder, disk, random) {
    const { path, content } = byHand(folder, disk, random);
    const copy = join(folder, "copy.dmg");
    // qemu-img does not write the format; it can copy the file, and leaves its zeros out as holes.
    qemuImg(["convert", "-f", "raw", "-O", "raw", path, copy]);
    return [{ name: "copied by qemu-img", path: copy, content }];
  },
  structures(bytes) {
    const at = bytes.length - 512;
    const koly = fields(bytes.subarray(at), { order: "big" });
    const xml = { at: koly.u64(216), length: koly.u64(224) };
    const text = new TextDecoder("latin1").decode(bytes.subarray(xml.at, at));
    const data = xml.at + text.indexOf("<data>") + "<data>\n".length;
    return [
      { name: "trailer", at, length: 128 },
      { name: "trailer's places", at: at + 216, length: 16 },
      { name: "trailer's size", at: at + 484, length: 28 },
      { name: "property list", ...xml },
      { name: "block table", at: data, length: 272 },
    ];
  },
};
