import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fields } from "../../../../electron/engine/codec/fields";
import { writeRawFile, type PatternDisk } from "../../../helpers/pattern-disk";
import { qemuImg } from "../../../helpers/qemu-img";
import type { Random } from "../../../helpers/seed";
import { handmade } from "../../formats/parallels/handmade";
import { notZero } from "../own-images";
import { qemuHistory } from "../qemu-history";
import type { FormatSamples, Sample } from "../samples";

const tracks = 63;
const clusterSize = tracks * 512;

/** The disk in clusters of 63 sectors that lie in random order. */
function byHand(path: string, magic: string, disk: PatternDisk, random: Random): Sample {
  const count = Math.ceil(disk.size / clusterSize);
  const isCounted = magic === "WithouFreSpacExt";
  const holds = notZero(disk.bytes);
  const bat = random.shuffled(Array.from({ length: count }, (_, n) => n + 1)).map((place, n) => {
    const at = n * clusterSize;
    if (!holds(at, Math.min(clusterSize, disk.size - at))) return 0;
    return isCounted ? place : place * tracks + 5;
  });
  const sectors = disk.size / 512;
  const bytes = handmade({ magic, tracks, bat, sectors, length: (count + 2) * tracks });
  for (const [n, entry] of bat.entries()) {
    const part = disk.bytes.subarray(n * clusterSize, (n + 1) * clusterSize);
    if (entry !== 0) bytes.set(part, entry * (isCounted ? clusterSize : 512));
  }
  writeFileSync(path, bytes);
  return { name: `${magic} in random order`, path, content: disk.bytes };
}

export const parallelsSamples: FormatSamples = {
  qemuName: "parallels",
  overlays: [],
  byHand: (folder, disk, random) =>
    ["WithoutFreeSpace", "WithouFreSpacExt"].map((magic) =>
      byHand(join(folder, `${magic}.hds`), magic, disk, random),
    ),
  byQemu(folder, disk, random) {
    const source = join(folder, "source.img");
    writeRawFile(source, disk);
    const path = join(folder, "converted.hdd");
    qemuImg(["convert", "-f", "raw", "-O", "parallels", source, path]);
    const history = join(folder, "history.hdd");
    const options = "cluster_size=4k";
    const plan = { path: history, format: "parallels", size: disk.size, random, options };
    return [
      { name: "converted", path, content: disk.bytes },
      { name: "history", path: history, content: qemuHistory(plan) },
    ];
  },
  structures(bytes) {
    const file = fields(bytes, { order: "little" });
    return [
      { name: "header", at: 0, length: 64 },
      { name: "BAT", at: 64, length: file.u32(32) * 4 },
    ];
  },
};
