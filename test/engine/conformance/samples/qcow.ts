import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { fields, putFields } from "../../../../electron/engine/codec/fields";
import { writeRawFile, type PatternDisk } from "../../../helpers/pattern-disk";
import { qemuImg, runOracle } from "../../../helpers/qemu-img";
import type { Random } from "../../../helpers/seed";
import { notZero } from "../own-images";
import { qemuHistory } from "../qemu-history";
import type { FormatSamples, Sample } from "../samples";

const clusterBits = 12;
const clusterSize = 2 ** clusterBits;
const l2Bits = 6;
const guestPerTable = clusterSize * 2 ** l2Bits;
const l1At = 48;

/** The disk in clusters that lie in random order, every other one compressed where that is shorter. */
function byHand(path: string, disk: PatternDisk, random: Random): Sample {
  const tables = Math.ceil(disk.size / guestPerTable);
  const firstTableAt = Math.ceil((l1At + tables * 8) / clusterSize) * clusterSize;
  const dataAt = firstTableAt + tables * clusterSize;
  const bytes = new Uint8Array(dataAt + disk.size + clusterSize);
  const put = putFields(bytes, "big");
  put.u32(0, 0x514649fb);
  put.u32(4, 1);
  put.u64(24, disk.size);
  put.u8(32, clusterBits);
  put.u8(33, l2Bits);
  put.u64(40, l1At);
  const tableAt = (table: number): number => firstTableAt + table * clusterSize;
  for (let table = 0; table < tables; table += 1) put.u64(l1At + table * 8, tableAt(table));
  const holds = notZero(disk.bytes);
  const clusters = Array.from({ length: Math.ceil(disk.size / clusterSize) }, (_, n) => n);
  let next = dataAt;
  for (const cluster of random.shuffled(clusters)) {
    const content = new Uint8Array(clusterSize);
    const part = disk.bytes.subarray(cluster * clusterSize, (cluster + 1) * clusterSize);
    if (!holds(cluster * clusterSize, part.length)) continue;
    content.set(part);
    const stream = deflateRawSync(content, { windowBits: 12 });
    const packed = stream.length < clusterSize && random.chance(0.5);
    const table = Math.floor(cluster / 2 ** l2Bits);
    const entryAt = tableAt(table) + (cluster % 2 ** l2Bits) * 8;
    const size = BigInt(packed ? stream.length : 0);
    const flag = packed ? (1n << 63n) | (size << BigInt(63 - clusterBits)) : 0n;
    if (!packed) next = Math.ceil(next / 512) * 512;
    put.u64(entryAt, flag | BigInt(next));
    bytes.set(packed ? stream : content, next);
    next += packed ? stream.length : clusterSize;
  }
  writeFileSync(path, bytes.subarray(0, next));
  return { name: "clusters in random order", path, content: disk.bytes };
}

export const qcowSamples: FormatSamples = {
  qemuName: "qcow",
  overlays: [""],
  byHand: (folder, disk, random) => [byHand(join(folder, "by-hand.qcow"), disk, random)],
  byQemu(folder, disk, random) {
    const source = join(folder, "source.img");
    writeRawFile(source, disk);
    const plain = join(folder, "plain.qcow");
    qemuImg(["convert", "-f", "raw", "-O", "qcow", source, plain]);
    // It makes the whole image and then ends with 1, without a word.
    const compressed = join(folder, "compressed.qcow");
    runOracle("qemu-img", ["convert", "-c", "-f", "raw", "-O", "qcow", source, compressed]);
    const path = join(folder, "history.qcow");
    const { size } = disk;
    const plan = { path, format: "qcow", size, random, compressedClusters: 4096 };
    return [
      { name: "plain", path: plain, content: disk.bytes },
      { name: "compressed", path: compressed, content: disk.bytes },
      { name: "history", path, content: qemuHistory(plan) },
    ];
  },
  structures(bytes) {
    const file = fields(bytes, { order: "big" });
    const l1 = file.u64(40);
    const tables = Math.ceil(file.u64(24) / 2 ** (file.u8(32) + file.u8(33)));
    const found = [
      { name: "header", at: 0, length: 48 },
      { name: "L1 table", at: l1, length: tables * 8 },
    ];
    for (let index = 0; index < tables; index += 1) {
      const at = file.u64(l1 + index * 8);
      if (at !== 0) return [...found, { name: "L2 table", at, length: 8 * 2 ** file.u8(33) }];
    }
    return found;
  },
};
