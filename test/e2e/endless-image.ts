import { readFileSync, writeFileSync } from "node:fs";
import { qemuImg, qemuIo } from "../helpers/qemu-img";

/**
 * A qcow2 image of 500 GiB in a small file: every cluster of the disk is the same one of 2 MiB. Reading
 * it takes minutes, however fast the computer is, so that what reads it can be watched and stopped.
 */
export function makeEndless(path: string, { compressed = false } = {}): void {
  const options = ["-o", "cluster_size=2M", path];
  qemuImg(["create", "-q", "-f", "qcow2", ...options, "500G"]);
  qemuIo(path, "qcow2", [`write ${compressed ? "-c" : ""} -q -P 7 0 2M`]);
  const file = readFileSync(path);
  const offset = (at: number): number => Number(file.readBigUInt64BE(at) & 0x00ff_ffff_ffff_fe00n);
  const l2 = offset(offset(40));
  // One L2 table of 2 MiB is for 512 GiB.
  const entry = file.subarray(l2, l2 + 8);
  for (let at = l2 + 8; at < l2 + 2 ** 21; at += 8) entry.copy(file, at);
  writeFileSync(path, file);
}
