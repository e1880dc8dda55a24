import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fields } from "../../../../electron/engine/codec/fields";
import { writeRawFile } from "../../../helpers/pattern-disk";
import { qemuImg } from "../../../helpers/qemu-img";
import { entry, handmade, MiB, read } from "../../formats/vhdx/handmade";
import { qemuHistory } from "../qemu-history";
import type { FormatSamples, Sample } from "../samples";

/** What qemu-img is told for each sample. */
const converted: readonly { readonly name: string; readonly options: string }[] = [
  { name: "blocks of 1 MiB", options: "block_size=1M" },
  { name: "fixed", options: "subformat=fixed,block_size=1M" },
  { name: "a log of 2 MiB", options: "log_size=2M" },
];

export const vhdxSamples: FormatSamples = {
  qemuName: "vhdx",
  // qemu makes no differencing disks.
  overlays: [],
  byHand(folder, disk, random) {
    const path = join(folder, "by-hand.vhdx");
    const places = random.shuffled(
      Array.from({ length: Math.ceil(disk.size / MiB) }, (_, n) => 4 + n),
    );
    const target = handmade({
      size: disk.size,
      bat: Object.fromEntries(places.map((at, block) => [block, entry(6, at)])),
      fileSize: (4 + places.length) * MiB,
    });
    for (const [block, at] of places.entries())
      target.write(at * MiB, disk.bytes.subarray(block * MiB, (block + 1) * MiB));
    writeFileSync(path, read(target, 0, target.size));
    return [{ name: "blocks in random order", path, content: disk.bytes }];
  },
  byQemu(folder, disk, random) {
    const source = join(folder, "source.img");
    writeRawFile(source, disk);
    const fromRaw = converted.map(({ name, options }, index): Sample => {
      const path = join(folder, `converted-${index}.vhdx`);
      qemuImg(["convert", "-f", "raw", "-O", "vhdx", "-o", options, source, path]);
      return { name, path, content: disk.bytes };
    });
    const path = join(folder, "history.vhdx");
    const options = "block_size=1M";
    const content = qemuHistory({ path, format: "vhdx", size: disk.size, random, options });
    return [...fromRaw, { name: "history", path, content }];
  },
  structures(bytes) {
    const file = fields(bytes, { order: "little" });
    const [bat, metadata] = [file.u64(192 * 1024 + 32), file.u64(192 * 1024 + 64)];
    return [
      { name: "file type identifier", at: 0, length: 520 },
      { name: "first header", at: 64 * 1024, length: 4096 },
      { name: "second header", at: 128 * 1024, length: 4096 },
      { name: "region table", at: 192 * 1024, length: 65536 },
      { name: "metadata table", at: metadata, length: 65536 },
      { name: "metadata items", at: metadata + 65536, length: 128 },
      { name: "BAT", at: bat, length: 64 },
    ];
  },
};
