import { qemuImg, qemuIo } from "../../helpers/qemu-img";
import type { Random } from "../../helpers/seed";

/** A new image, to be filled by many writes. */
export interface HistoryPlan {
  readonly path: string;
  /** As qemu-img calls it. */
  readonly format: string;
  /** Bytes. */
  readonly size: number;
  readonly random: Random;
  /** For `qemu-img create -o`. */
  readonly options?: string;
  /** Bytes; given when some whole clusters shall be written compressed. */
  readonly compressedClusters?: number;
  /** Path of the raw file that it is an overlay of, and what is in it. */
  readonly base?: { readonly path: string; readonly content: Uint8Array };
}

/**
 * Makes an image with qemu-io: writes of bytes and of zeros, at odd places and in random order, so
 * that its blocks lie scattered in the file. The answer is what the guest then reads.
 */
export function qemuHistory(plan: HistoryPlan): Uint8Array {
  const { path, format, size, random, compressedClusters, base } = plan;
  const options = plan.options ? ["-o", plan.options] : [];
  const backing = base ? ["-b", base.path, "-F", "raw"] : [];
  qemuImg(["create", "-q", "-f", format, ...options, ...backing, path, `${size}`]);
  const content = new Uint8Array(size);
  if (base) content.set(base.content.subarray(0, size));
  const commands: string[] = [];

  // Compressed clusters first: qemu-io cannot compress over what is there.
  const clusters = compressedClusters ? Math.floor(size / compressedClusters) : 0;
  for (const cluster of random.shuffled(Array.from({ length: clusters }, (_, index) => index))) {
    if (compressedClusters === undefined || random.chance(0.5)) continue;
    const at = cluster * compressedClusters;
    const byte = random.between(1, 256);
    content.fill(byte, at, at + compressedClusters);
    commands.push(`write -c -P ${byte} ${at} ${compressedClusters}`);
  }
  for (let turn = 0; turn < 30; turn += 1) {
    const unit = random.pick([1, 512, 65536]);
    const at = Math.floor(random.between(0, size) / unit) * unit;
    const length = Math.min(random.between(1, 100_000), size - at);
    const byte = random.chance(0.3) ? 0 : random.between(1, 256);
    content.fill(byte, at, at + length);
    const how = byte > 0 ? `-P ${byte}` : random.pick(["-P 0", "-z", "-z -u"]);
    commands.push(`write ${how} ${at} ${length}`);
  }
  qemuIo(path, format, commands);
  return content;
}
