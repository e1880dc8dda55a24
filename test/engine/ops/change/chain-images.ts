import { statSync } from "node:fs";
import { join } from "node:path";
import { openImage } from "../../../../electron/engine";
import { qemuImg, runOracle } from "../../../helpers/qemu-img";
import type { Random } from "../../../helpers/seed";
import { guestWrites, untilSound, writeAsGuest, type Layout } from "../../change/random-image";

/** One file of a chain. */
export interface ChainLayer extends Layout {
  readonly name: string;
  readonly format: "qcow2" | "raw";
}

/** A random chain, its first layer the base; the answer is the paths, top first. */
export function randomChain(r: Random, folder: string, layers: readonly ChainLayer[]): string[] {
  const paths: string[] = [];
  for (const layer of layers) {
    const { name, format, clusterSize, clusters, options, snapshots } = layer;
    const path = join(folder, name);
    const below = paths[0];
    const base = layers[paths.length - 1];
    const size = String(clusterSize * clusters);
    const how = [`cluster_size=${clusterSize}`, ...(options === undefined ? [] : [options])];
    const backing = below === undefined ? [] : ["-b", base!.name, "-F", base!.format];
    // Zeros that are stored, too.
    const writes = (): string[] => [
      ...guestWrites(r, layer, 8),
      `write -P 0 ${r.between(0, clusters / 2) * clusterSize} ${clusterSize * 4}`,
      ...guestWrites(r, layer, 2),
    ];
    if (format === "raw") {
      qemuImg(["create", "-q", "-f", "raw", path, size]);
      writeRaw(path, writes());
    } else
      untilSound(path, snapshots, () => {
        qemuImg(["create", "-q", "-f", "qcow2", "-o", how.join(), ...backing, path, size]);
        writeAsGuest(path, writes());
        for (let i = 0; i < snapshots; i++) {
          runOracle("qemu-img", ["snapshot", "-c", `s${i}`, path]);
          writeAsGuest(path, guestWrites(r, layer, 4));
        }
      });
    paths.unshift(path);
  }
  return paths;
}

function writeRaw(path: string, commands: readonly string[]): void {
  const plain = commands.map((command) => command.replace("write -c", "write"));
  runOracle("qemu-io", ["-f", "raw", ...plain.flatMap((command) => ["-c", command]), path]);
}

/** What the guest reads from an image, or from one of its snapshots. */
export function diskOf(path: string, snapshot?: number): Buffer {
  const format = path.endsWith(".raw") ? "raw" : "qcow2";
  const how = snapshot === undefined ? {} : { snapshot };
  const image = openImage({ path, format, grants: [], ...how });
  try {
    if (image.broken) throw image.broken.error;
    const disk = Buffer.alloc(image.size);
    image.read(0, disk);
    return disk;
  } finally {
    image.close();
  }
}

/** What every snapshot of an image holds. */
export function snapshotsOf(path: string): string[] {
  const { layers, close } = openImage({ path, format: "qcow2", grants: [] });
  try {
    return (layers[0]?.facts.snapshots ?? []).map(
      ({ name }, index) => `${name} ${diskOf(path, index).toString("latin1")}`,
    );
  } finally {
    close();
  }
}

/** Bytes of a file. */
export const lengthOf = (path: string): number => statSync(path).size;
