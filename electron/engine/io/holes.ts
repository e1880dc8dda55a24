import { nativeCalls } from "./native";
import type { HostRun } from "./source";
import { systemCode, systemError } from "./system-error";

/** What telling holes from data needs to know of an open file. */
export interface HoleQuery {
  readonly fd: number;
  /** The length in bytes at this moment. */
  currentSize(): number;
  /** True when the host stores nothing of the file and its word can be taken for it. */
  storesNothing(): boolean;
}

/**
 * The run at `at` of an open file: see ByteSource.hostRun. Where the host cannot tell, and past the
 * file's end (it may shrink meanwhile), everything counts as stored: reading there then says what is wrong.
 */
export function hostRunOf(file: HoleQuery, at: number, max: number): HostRun {
  const stored: HostRun = { length: max, hole: false };
  const holeTo = (end: number): HostRun =>
    end > at ? { length: Math.min(max, end - at), hole: true } : stored;

  const calls = nativeCalls();
  if (calls === undefined) return file.storesNothing() ? holeTo(file.currentSize()) : stored;
  const data = calls.seekData(file.fd, at);
  // No data from here on: a hole up to the end, or already past it.
  if (data === "ENXIO") return holeTo(file.currentSize());
  if (typeof data === "string") return stored;
  if (data > at) return holeTo(data);
  const hole = calls.seekHole(file.fd, at);
  if (typeof hole === "string" || hole <= at) return stored;
  return { length: Math.min(max, hole - at), hole: false };
}

/**
 * `hostRun` of a file that is only read, which remembers the last stored run: an image whose clusters
 * lie close together, or whose map was just asked for, then costs few questions to the host. A hole
 * is asked for anew each time; what is stored no longer reads as it is.
 */
export function rememberStored(hostRun: (at: number, max: number) => HostRun): typeof hostRun {
  let storedFrom = 0;
  let storedTo = 0;
  return (at, max) => {
    if (at < storedFrom || at >= storedTo) {
      const { length, hole } = hostRun(at, Infinity);
      if (hole) return { length: Math.min(max, length), hole };
      storedFrom = at;
      storedTo = at + length;
    }
    return { length: Math.min(max, storedTo - at), hole: false };
  };
}

/** Errors that only mean: not on this file system, or not for this range. */
const cannot = new Set(["ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL", "ENODEV", "EPERM"]);

function check(error: Error | undefined, action: string, name: string, at: number): void {
  if (error === undefined || cannot.has(systemCode(error) ?? "")) return;
  throw systemError(action, name, error, at);
}

/** See ByteTarget.allocate. @throws ImageError `io` when there is no space left. */
export function reserveSpace(fd: number, name: string, at: number, length: number): void {
  if (length <= 0) return;
  check(nativeCalls()?.allocate?.(fd, at, length), "reserve space for", name, at);
}

/** See ByteTarget.punchHole. @throws ImageError `io`. */
export function punchHoleIn(fd: number, name: string, at: number, length: number): void {
  if (length <= 0) return;
  check(nativeCalls()?.punchHole?.(fd, at, length), "punch a hole in", name, at);
}
