import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fields } from "../../../../electron/engine/codec/fields";
import { writeRawFile } from "../../../helpers/pattern-disk";
import { qemuImg } from "../../../helpers/qemu-img";
import { holding } from "../../formats/vdi/handmade";
import { qemuHistory } from "../qemu-history";
import type { FormatSamples, Sample } from "../samples";

export const vdiSamples: FormatSamples = {
  qemuName: "vdi",
  // The block map is written whole: a hole in it would name block 0.
  largestEmpty: 2 ** 41,
  overlays: [],
  byHand(folder, disk, random) {
    const path = join(folder, "hand.vdi");
    // What qemu reads, too: blocks of 1 MiB, data on a sector.
    const layout = { cbBlock: 2 ** 20, offBlocks: 1024, offData: 3 * 2 ** 20 + 512 };
    writeFileSync(path, holding(disk.bytes, layout, random));
    return [{ name: "data far behind the map", path, content: disk.bytes }];
  },
  byQemu(folder, disk, random) {
    const source = join(folder, "source.img");
    writeRawFile(source, disk);
    const converted = ["off", "on"].map((isStatic): Sample => {
      const path = join(folder, `static-${isStatic}.vdi`);
      qemuImg(["convert", "-f", "raw", "-O", "vdi", "-o", `static=${isStatic}`, source, path]);
      return { name: `static=${isStatic}`, path, content: disk.bytes };
    });
    const path = join(folder, "history.vdi");
    const content = qemuHistory({ path, format: "vdi", size: disk.size, random });
    return [...converted, { name: "written by qemu-io in random order", path, content }];
  },
  structures(bytes) {
    const header = fields(bytes, { order: "little" });
    const isOld = header.u16(70) === 0;
    const map = isOld
      ? { at: 420, entries: header.u32(364) }
      : { at: header.u32(340), entries: header.u32(384) };
    return [
      { name: "pre-header and header", at: 64, length: isOld ? 356 : 408 },
      { name: "places and sizes", at: 340, length: 116 },
      { name: "block map", at: map.at, length: map.entries * 4 },
    ];
  },
};
