import type { TargetChoice } from "../../../../shared/model/preflight";
import { GiB, MiB, TiB } from "./facts";

/** qcow2: an L1 table of at most 32 MiB, of 8 bytes an entry. */
const mostL1Entries = (32 * MiB) / 8;

/**
 * Bytes of the largest disk that such an image can hold, by the format's tables or what the programs
 * that use it take; undefined where no disk is too large.
 */
export function largestDisk({ format, options }: TargetChoice): number | undefined {
  if (format === "vpc") return 2040 * GiB;
  if (format === "vhdx") return 64 * TiB;
  // A block map of less than 2 GiB with 4 bytes for each block of 1 MiB.
  if (format === "vdi") return Math.floor((2 ** 31 - 1) / 4) * MiB;
  if (format === "vmdk") {
    const flat = String(options["subformat"] ?? "").endsWith("Flat");
    return flat ? 62 * TiB : 2 * TiB;
  }
  if (format === "qcow2") {
    const clusterSize = Number(options["cluster_size"] ?? 65536);
    const l2Entries = clusterSize / (options["extended_l2"] === true ? 16 : 8);
    const most = mostL1Entries * l2Entries * clusterSize;
    return Number.isSafeInteger(most) ? most : undefined;
  }
  return undefined;
}
