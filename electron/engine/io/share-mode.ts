import { closeSync, constants, openSync } from "node:fs";
import { systemCode } from "./system-error";

/** What is asked of the host; a test answers in its place. */
export interface ShareHost {
  readonly platform: NodeJS.Platform;
  open(path: string, flags: number): number;
  close(fd: number): void;
}

const thisHost: ShareHost = { platform: process.platform, open: openSync, close: closeSync };

/** macOS's O_SHLOCK and O_EXLOCK, which Node does not name, each with O_NONBLOCK: refuse, not wait. */
const shared = 0x10 | 0x4;
const exclusive = 0x20 | 0x4;

/**
 * Who holds a file as the host's share modes have it; undefined for nobody, on Linux, which has none, and
 * where the host says something else.
 *
 * On Windows a file that is open says what others may do meanwhile, and whoever has a disk in use lets
 * nobody write: opening it for writing fails with a sharing violation (EBUSY). An opening that shares
 * nothing (UV_FS_O_EXLOCK) would tell of every reader besides, our own other threads among them, and
 * keep those out for as long as it lasts. On macOS programs that attach images lock them as flock does,
 * shared to read and exclusive to write; our own readers take no lock.
 * @param path A regular file.
 */
export function holderByShareMode(
  path: string,
  host: ShareHost = thisHost,
): "reader" | "writer" | undefined {
  const { platform } = host;
  if (platform === "win32") return isRefused(path, constants.O_RDWR, host) ? "writer" : undefined;
  if (platform !== "darwin" || !isRefused(path, exclusive, host)) return undefined;
  return isRefused(path, shared, host) ? "writer" : "reader";
}

/** Whether somebody else keeps the file from being opened so. */
function isRefused(path: string, flags: number, { open, close }: ShareHost): boolean {
  try {
    close(open(path, flags));
    return false;
  } catch (error) {
    const code = systemCode(error);
    return code === "EBUSY" || code === "EAGAIN";
  }
}
