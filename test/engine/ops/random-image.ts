import { join } from "node:path";
import { patternDisk, writeRawFile } from "../../helpers/pattern-disk";
import { qemuImg, qemuIo } from "../../helpers/qemu-img";
import type { Random } from "../../helpers/seed";

/** An image that qemu made, as the tests of map, compare and report look at it. */
export interface MadeImage {
  readonly path: string;
  readonly format: "raw" | "qcow2";
}

const CLUSTER = 65_536;

/**
 * A raw file, and on it up to two qcow2 overlays, shorter or longer than what they stand on; the
 * top one.
 */
export function randomChain(numbers: Random, folder: string, name: string): MadeImage {
  const size = () => numbers.between(1, 40) * CLUSTER + numbers.pick([0, 512, 4096]);
  let top: MadeImage = { path: join(folder, `${name}-0`), format: "raw" };
  writeRawFile(top.path, patternDisk(numbers, size() - numbers.pick([0, 1, 500])), numbers);
  const overlays = numbers.between(0, 3);
  for (let depth = 1; depth <= overlays; depth++) {
    const path = join(folder, `${name}-${depth}`);
    const bytes = size();
    const options = numbers.pick(["compat=1.1", "compat=0.10", "cluster_size=4096"]);
    const backing = ["-b", `${name}-${depth - 1}`, "-F", top.format];
    qemuImg(["create", "-f", "qcow2", "-o", options, ...backing, path, String(bytes)]);
    writeRandomly(numbers, path, bytes);
    top = { path, format: "qcow2" };
  }
  return top;
}

/** Writes data, zeros and compressed data into some clusters of a qcow2 image. */
export function writeRandomly(numbers: Random, path: string, size: number): void {
  const clusters = Array.from({ length: Math.floor(size / CLUSTER) }, (_, index) => index);
  const chosen = numbers.shuffled(clusters).slice(0, 12);
  const commands = chosen.flatMap((index) => {
    const at = index * CLUSTER;
    const data = numbers.between(1, 255);
    return numbers.pick([
      [`write -P ${data} ${at} ${CLUSTER}`],
      [`write -c -P ${data} ${at} ${CLUSTER}`],
      [`write -P ${data} ${at} ${CLUSTER}`, `write -z ${at} ${CLUSTER}`],
      [`write -z -u ${at} ${CLUSTER}`],
      [`write -P ${data} ${at + 1024} 512`],
    ]);
  });
  if (commands.length > 0) qemuIo(path, "qcow2", commands);
}
