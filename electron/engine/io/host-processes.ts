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
function openFileLock(line: string): ListedLock | undefined {
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
  return locksIn(listedLocks(), path);
}

type ListedLock = HostLock & { readonly place: string };

/** Every open-file lock of the host; none outside Linux. */
function listedLocks(): ListedLock[] {
  if (process.platform !== "linux") return [];
  const lines = (textOf("/proc/locks") ?? "").split("\n");
  return lines.flatMap((line) => openFileLock(line) ?? []);
}

/** Those of them that are on a file. */
function locksIn(locks: readonly ListedLock[], path: string): HostLock[] {
  const stat = locks.length === 0 ? undefined : tried(() => statSync(path, { bigint: true }));
  if (stat === undefined) return [];
  const hex = (number: bigint): string => number.toString(16).padStart(2, "0");
  // As makedev(3) packs them.
  const major = ((stat.dev >> 8n) & 0xfffn) | ((stat.dev >> 32n) & 0xfffff000n);
  const minor = (stat.dev & 0xffn) | ((stat.dev >> 12n) & 0xffffff00n);
  const wanted = `${hex(major)}:${hex(minor)}:${stat.ino}`;
  return locks.flatMap(({ place, start, end }) => (place === wanted ? [{ start, end }] : []));
}

/**
 * The processes that have a file open, ours among them, as far as the host lets us look: another
 * user's it hides. None outside Linux. A process that knows the file by another base name is not found.
 */
export function holdersOf(path: string): FileHolder[] {
  return holdersAmong([path]).get(path) ?? [];
}

/** As `holdersOf`, for each of many files that somebody has open, with one look at all processes. */
function holdersAmong(paths: readonly string[]): Map<string, FileHolder[]> {
  const holders = new Map<string, FileHolder[]>();
  if (process.platform !== "linux" || paths.length === 0) return holders;
  const named = new Map<string, string[]>();
  for (const path of paths) append(named, baseNameOf(path), path);
  let left = mostDescriptors;
  for (const pid of namesOf("/proc").filter((each) => /^\d+$/.test(each))) {
    const descriptors = new Map<string, string[]>();
    for (const fd of namesOf(`/proc/${pid}/fd`)) {
      left -= 1;
      const at = `/proc/${pid}/fd/${fd}`;
      // Looked at by name first: asking for a file on a dead network share would never end.
      const link = left < 0 ? undefined : tried(() => readlinkSync(at));
      const wanted = link === undefined ? undefined : named.get(baseNameOf(link));
      for (const path of wanted ?? []) if (isOneFile(at, path)) append(descriptors, path, fd);
    }
    for (const [path, own] of descriptors) append(holders, path, holderOf(Number(pid), own));
  }
  return holders;
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

function isOneFile(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => tried(() => statSync(path, { bigint: true })));
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev;
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

const blockDevices = "/sys/block";

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
export function loopDevicesOn(path: string, folder = blockDevices): LoopDevice[] {
  return loopDevices(folder).flatMap(({ file, ...loop }) => (file === path ? [loop] : []));
}

function loopDevices(folder: string): (LoopDevice & { readonly file: string | undefined })[] {
  return namesOf(folder)
    .filter((name) => name.startsWith("loop"))
    .map((name) => ({
      device: `/dev/${name}`,
      readOnly: textOf(`${folder}/${name}/ro`) === "1",
      file: textOf(`${folder}/${name}/loop/backing_file`),
    }));
}

/** What the host tells of a file: see the functions of these names. */
export interface HostView {
  locksOn(path: string): HostLock[];
  holdersOf(path: string): FileHolder[];
  loopDevicesOn(path: string): LoopDevice[];
}

/** What the host tells of many files, by one look at it. @param paths As `loopDevicesOn` takes them. */
export function lookAtHost(paths: readonly string[]): HostView {
  const locks = listedLocks();
  const holders = holdersAmong(paths);
  const loops = loopDevices(blockDevices);
  return {
    locksOn: (path) => locksIn(locks, path),
    holdersOf: (path) => holders.get(path) ?? [],
    loopDevicesOn: (path) => loops.flatMap(({ file, ...loop }) => (file === path ? [loop] : [])),
  };
}
