import { rmSync } from "node:fs";
import { join } from "node:path";
import { qemuImg, runOracle } from "../../helpers/qemu-img";
import type { Random } from "../../helpers/seed";

/** How an image is made, and with how many snapshots. */
export interface Layout {
  readonly clusterSize: number;
  /** Options of qemu-img create, without cluster_size. */
  readonly options?: string | undefined;
  readonly snapshots: number;
  /** Clusters of the disk. */
  readonly clusters: number;
}

/** The layouts that matter: narrow and wide refcounts, small and large clusters, extended L2 entries. */
export const layouts: readonly Layout[] = [
  { clusterSize: 512, snapshots: 3, clusters: 150 },
  { clusterSize: 512, options: "refcount_bits=64", snapshots: 2, clusters: 150 },
  { clusterSize: 4096, options: "refcount_bits=4", snapshots: 2, clusters: 40 },
  { clusterSize: 4096, options: "compat=0.10", snapshots: 2, clusters: 40 },
  { clusterSize: 1024, options: "refcount_bits=1", snapshots: 0, clusters: 60 },
  { clusterSize: 65536, snapshots: 2, clusters: 12 },
  { clusterSize: 16384, options: "extended_l2=on", snapshots: 2, clusters: 24 },
];

/** Writes of every kind at random places, as qemu-io's commands. */
export function guestWrites(r: Random, layout: Layout, count: number): string[] {
  const { clusterSize, clusters } = layout;
  const size = clusters * clusterSize;
  const zeros = layout.options?.includes("0.10") ? [] : (["write -z", "write -z -u"] as const);
  return Array.from({ length: count }, () => {
    const kind = r.pick(["write", "write", "write -c", ...zeros, "discard"] as const);
    if (kind === "write -c")
      return `write -c -P ${r.between(1, 256)} ${r.between(0, clusters) * clusterSize} ${clusterSize}`;
    const grain = r.pick([512, clusterSize]);
    const at = r.between(0, size / grain) * grain;
    const length = Math.min(size - at, r.between(1, 6) * grain);
    const pattern = kind === "write" ? ` -P ${r.between(1, 256)}` : "";
    return `${kind}${pattern} ${at} ${length}`;
  });
}

/** Makes an image with data and snapshots of every kind in `folder`; the answer is its path. */
export function randomImage(r: Random, folder: string, layout: Layout, name = "a.qcow2"): string {
  const path = join(folder, name);
  const { clusterSize, options, snapshots, clusters } = layout;
  const all = [`cluster_size=${clusterSize}`, ...(options === undefined ? [] : [options])];
  untilSound(path, snapshots, () => {
    const size = String(clusters * clusterSize);
    qemuImg(["create", "-q", "-f", "qcow2", "-o", all.join(), path, size]);
    writeAsGuest(path, guestWrites(r, layout, 14));
    for (let i = 0; i < snapshots; i++) {
      runOracle("qemu-img", ["snapshot", "-c", `s${i}`, path]);
      writeAsGuest(path, guestWrites(r, layout, 5));
    }
  });
  return path;
}

/**
 * Lets `make` make the image with snapshots s0, s1, … at `path`, again while it is damaged: qemu 7.2
 * now and then writes over something when a compressed write needs a new refcount block, and over
 * compressed data without its own check finding anything.
 */
export function untilSound(path: string, snapshots: number, make: () => void): void {
  for (let attempt = 0; attempt < 8; attempt++) {
    make();
    if (runOracle("qemu-img", ["check", "-q", path]).status === 0 && isReadable(path, snapshots))
      return;
  }
  throw new Error("qemu made no sound image");
}

/** Whether qemu-img reads the disk of an image, and that of every snapshot. */
function isReadable(path: string, snapshots: number): boolean {
  const read = (...snapshot: string[]): boolean =>
    runOracle("qemu-img", ["convert", "-O", "raw", ...snapshot, path, `${path}.read`]).status === 0;
  const all =
    read() && Array.from({ length: snapshots }, (_, i) => i).every((i) => read("-l", `s${i}`));
  rmSync(`${path}.read`, { force: true });
  return all;
}

/** Lets qemu-io write; it refuses to write compressed over what is there, which does not matter. */
export function writeAsGuest(path: string, commands: readonly string[]): void {
  const flags = commands.flatMap((command) => ["-c", command]);
  runOracle("qemu-io", ["-f", "qcow2", ...flags, path]);
}
