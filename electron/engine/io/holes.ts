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

const storedRun = (length: number): HostRun => ({ length, hole: false });

/** The hole from `at` to `end`, of which `max` bytes were asked for. */
const holeTo = (end: number, at: number, max: number): HostRun =>
  end > at ? { length: Math.min(max, end - at), hole: true } : storedRun(max);

/**
 * The run at `at` of an open file: see ByteSource.hostRun. Where the host cannot tell, and past the
 * file's end (it may shrink meanwhile), everything counts as stored: reading there then says what is wrong.
 * @param stored Whether byte `at` is known to be stored: that spares a question.
 */
export function hostRunOf(file: HoleQuery, at: number, max: number, stored = false): HostRun {
  const calls = nativeCalls();
  if (calls === undefined)
    return file.storesNothing() ? holeTo(file.currentSize(), at, max) : storedRun(max);
  const { fd } = file;
  const data = stored ? at : calls.seekData(fd, at);
  // No data from here on: a hole up to the end, or already past it.
  if (data === "ENXIO") return holeTo(file.currentSize(), at, max);
  if (typeof data === "string") return storedRun(max);
  if (data > at) return holeTo(data, at, max);
  const hole = calls.seekHole(fd, at);
  if (typeof hole === "string" || hole <= at) return storedRun(max);
  return storedRun(Math.min(max, hole - at));
}

/**
 * `hostRun` of a file that is only read, which remembers the last stored run: an image whose clusters
 * lie close together, or whose map was just asked for, then costs few questions to the host. A hole
 * is asked for anew each time; what is stored no longer reads as it is.
 * @param hostRun As `hostRunOf`, of the file.
 */
export function rememberStored(
  hostRun: (at: number, max: number, stored: boolean) => HostRun,
): (at: number, max: number) => HostRun {
  let storedFrom = 0;
  let storedTo = 0;
  // Where the last hole ended; what lies behind a hole is stored.
  let holeEnd = -1;
  return (at, max) => {
    if (at < storedFrom || at >= storedTo) {
      const { length, hole } = hostRun(at, Infinity, at === holeEnd);
      if (hole) {
        holeEnd = at + length;
        return { length: Math.min(max, length), hole };
      }
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
