import { join } from "node:path";
import { fields } from "../../../../electron/engine/codec/fields";
import { writeRawFile } from "../../../helpers/pattern-disk";
import { qemuImg } from "../../../helpers/qemu-img";
import { qemuHistory } from "../qemu-history";
import type { FormatSamples, Sample, Structure } from "../samples";

/** What qemu-img is told for each sample. */
const converted: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: "version 2", args: ["-o", "compat=0.10"] },
  { name: "clusters of 512 bytes", args: ["-o", "cluster_size=512"] },
  { name: "clusters of 2 MiB", args: ["-o", "cluster_size=2M"] },
  { name: "refcounts of 1 bit", args: ["-o", "refcount_bits=1,cluster_size=4k"] },
  { name: "refcounts of 64 bits", args: ["-o", "refcount_bits=64"] },
  { name: "extended L2", args: ["-o", "extended_l2=on"] },
  { name: "zlib", args: ["-c"] },
  { name: "zlib in small clusters", args: ["-c", "-o", "cluster_size=4k"] },
  { name: "preallocated tables", args: ["-o", "preallocation=metadata"] },
  { name: "reserved space", args: ["-o", "preallocation=falloc,cluster_size=2k"] },
  { name: "written in full", args: ["-o", "preallocation=full,compat=0.10"] },
  { name: "places without data", args: ["-o", "preallocation=metadata,extended_l2=on"] },
  { name: "zstd", args: ["-c", "-o", "compression_type=zstd"] },
  { name: "zstd in small clusters", args: ["-c", "-o", "compression_type=zstd,cluster_size=4k"] },
];

export const qcow2Samples: FormatSamples = {
  qemuName: "qcow2",
  overlays: [
    "compat=1.1",
    "compat=0.10",
    "cluster_size=4k",
    "extended_l2=on,cluster_size=16k",
    "extended_l2=on,preallocation=metadata",
  ],
  byHand: () => [],
  byQemu(folder, disk, random) {
    const source = join(folder, "source.img");
    writeRawFile(source, disk);
    const fromRaw = converted.map(({ name, args }, index): Sample => {
      const path = join(folder, `converted-${index}.qcow2`);
      qemuImg(["convert", "-f", "raw", "-O", "qcow2", ...args, source, path]);
      return { name, path, content: disk.bytes };
    });
    const histories = [
      { name: "history", options: "cluster_size=4k", compressedClusters: 4096 },
      { name: "history in version 2", options: "compat=0.10", compressedClusters: 65536 },
      { name: "history in subclusters", options: "extended_l2=on,cluster_size=16k" },
    ].map(({ name, ...plan }, index): Sample => {
      const path = join(folder, `history-${index}.qcow2`);
      const content = qemuHistory({ path, format: "qcow2", size: disk.size, random, ...plan });
      return { name, path, content };
    });
    return [...fromRaw, ...histories];
  },
  structures(bytes) {
    const file = fields(bytes, { order: "big" });
    const clusterSize = 2 ** file.u32(20);
    const headerLength = file.u32(4) === 2 ? 72 : file.u32(100);
    const l1 = { name: "L1 table", at: file.u64(40), length: file.u32(36) * 8 };
    const refcounts = { name: "refcount table", at: file.u64(48), length: clusterSize };
    return [
      { name: "header", at: 0, length: headerLength },
      { name: "header extensions", at: headerLength, length: 64 },
      l1,
      refcounts,
      ...pointedTo("L2 table", bytes, l1, clusterSize),
      ...pointedTo("refcount block", bytes, refcounts, clusterSize),
    ];
  },
};

/** The first table that the entries of `table` point to. */
function pointedTo(
  name: string,
  bytes: Uint8Array,
  table: Structure,
  clusterSize: number,
): Structure[] {
  const entries = fields(bytes.subarray(table.at, table.at + table.length), { order: "big" });
  for (let at = 0; at + 8 <= entries.length; at += 8) {
    const offset = Number(entries.bits64(at) & 0x00fffffffffffe00n);
    if (offset !== 0) return [{ name, at: offset, length: clusterSize }];
  }
  return [];
}
