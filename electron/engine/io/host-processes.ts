import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { baseNameOf } from "./paths";

/** A range lock as Linux lists it; `start` and `end` (included) are bytes, an open end is Infinity. */
export interface HostLock {
  readonly start: number;
  readonly end: number;
}

/** A process that has a file open. */
export interface FileHolder {
  readonly pid: number;
  /** The program's name, at most 15 characters, as Linux keeps it. */
  readonly name: string;
  readonly commandLine: readonly string[];
  /** Whether it may write through one of its descriptors. */
  readonly writable: boolean;
  /** The open-file locks that it holds on the file. */
  readonly locks: readonly HostLock[];
}

/** Descriptors looked at in all: a busy host has some ten thousand. */
const mostDescriptors = 200_000;

/** What `look` yields; undefined where the host refuses or has no such file (a process ended, say). */
function tried<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** The text of one of the host's own small files, without the white space at its end. */
const textOf = (path: string): string | undefined =>
  tried(() => readFileSync(path, "utf8").trimEnd());

/** The names in one of the host's own folders; none where it cannot be read. */
const namesOf = (path: string): string[] => tried(() => readdirSync(path)) ?? [];

/** A line of /proc/locks or of fdinfo, from the kind of lock on; undefined for a lock of another kind. */
function openFileLock(line: string): (HostLock & { readonly place: string }) | undefined {
  const found = /: OFDLCK +\S+ +\S+ +\S+ +(\S+:\d+) (\d+) (\d+|EOF)$/.exec(line);
  const [, place, start, end] = found ?? [];
  if (place === undefined) return undefined;
  return { place, start: Number(start), end: end === "EOF" ? Infinity : Number(end) };
}

/**
 * The open-file locks on a file by anybody, as /proc/locks lists them; none outside Linux.
 * @param path A file; what is not there has none.
 */
export function locksOn(path: string): HostLock[] {
  const stat = tried(() => statSync(path, { bigint: true }));
  if (stat === undefined || process.platform !== "linux") return [];
  const hex = (number: bigint): string => number.toString(16).padStart(2, "0");
  // As makedev(3) packs them.
  const major = ((stat.dev >> 8n) & 0xfffn) | ((stat.dev >> 32n) & 0xfffff000n);
  const minor = (stat.dev & 0xffn) | ((stat.dev >> 12n) & 0xffffff00n);
  const wanted = `${hex(major)}:${hex(minor)}:${stat.ino}`;
  const lines = (textOf("/proc/locks") ?? "").split("\n");
  return lines.flatMap((line) => {
    const lock = openFileLock(line);
    return lock?.place === wanted ? [{ start: lock.start, end: lock.end }] : [];
  });
}

/**
 * The processes that have a file open, ours among them, as far as the host lets us look: another
 * user's it hides. None outside Linux. A process that knows the file by another base name is not found.
 */
export function holdersOf(path: string): FileHolder[] {
  const own = tried(() => statSync(path, { bigint: true }));
  if (own === undefined || process.platform !== "linux") return [];
  const name = baseNameOf(path);
  const holders: FileHolder[] = [];
  let left = mostDescriptors;
  for (const pid of namesOf("/proc").filter((each) => /^\d+$/.test(each))) {
    const descriptors = namesOf(`/proc/${pid}/fd`).filter((fd) => {
      left -= 1;
      const at = `/proc/${pid}/fd/${fd}`;
      // Looked at by name first: asking for a file on a dead network share would never end.
      const link = left < 0 ? undefined : tried(() => readlinkSync(at));
      if (link === undefined || baseNameOf(link) !== name) return false;
      const stat = tried(() => statSync(at, { bigint: true }));
      return stat?.ino === own.ino && stat.dev === own.dev;
    });
    if (descriptors.length > 0) holders.push(holderOf(Number(pid), descriptors));
  }
  return holders;
}

function holderOf(pid: number, descriptors: readonly string[]): FileHolder {
  const lines = descriptors.flatMap((fd) =>
    (textOf(`/proc/${pid}/fdinfo/${fd}`) ?? "").split("\n"),
  );
  return {
    pid,
    name: textOf(`/proc/${pid}/comm`) ?? "",
    commandLine: (textOf(`/proc/${pid}/cmdline`) ?? "").split("\0"),
    // The last octal digit: O_WRONLY or O_RDWR.
    writable: lines.some((line) => /^flags:\s+[0-7]*[12]$/.test(line)),
    locks: lines.flatMap((line) => openFileLock(line) ?? []),
  };
}

/** A loop device over a file. */
export interface LoopDevice {
  /** e.g. "/dev/loop0". */
  readonly device: string;
  readonly readOnly: boolean;
}

/**
 * The loop devices over a file; none outside Linux.
 * @param path Absolute, without symbolic links.
 * @param folder Where the host tells of its block devices.
 */
export function loopDevicesOn(path: string, folder = "/sys/block"): LoopDevice[] {
  return namesOf(folder)
    .filter((name) => name.startsWith("loop"))
    .filter((name) => textOf(`${folder}/${name}/loop/backing_file`) === path)
    .map((name) => ({
      device: `/dev/${name}`,
      readOnly: textOf(`${folder}/${name}/ro`) === "1",
    }));
}
