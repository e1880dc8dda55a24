import { existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { tempFolder } from "./temp-folder";

const memory = "/dev/shm";
/** statfs type of tmpfs. */
const tmpfs = 0x01021994;

/** A folder for files whose blocks are counted. */
export interface ExactFolder {
  readonly path: string;
  /**
   * Bytes by which the host may count more than the blocks of a file that was written in this many
   * stretches: file systems on a disk keep a list of where they lie. ext4 has room for four in the
   * file's own entry, then takes a block of 4 KiB for up to 340, of which a split leaves half empty.
   */
  slack(stretches: number): number;
}

/** In memory where there is such a file system, for it counts a file's pages and nothing else. */
export function exactFolder(): ExactFolder {
  if (!existsSync(memory) || statfsSync(memory).type !== tmpfs) return onDisk();
  const path = mkdtempSync(join(memory, "lamina-test-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return { path, slack: () => 0 };
}

/** Where temporary files usually lie. */
export function onDisk(): ExactFolder {
  return {
    path: tempFolder(),
    slack: (stretches) => 4096 * (1 + Math.ceil(stretches / 170)),
  };
}
