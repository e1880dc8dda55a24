import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  opendirSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  statfsSync,
  unlinkSync,
  writeSync,
  type BigIntStats,
} from "node:fs";
import { ImageError } from "../errors";
import { wasChanged } from "./file-change";
import { hostRunOf, punchHoleIn, rememberStored, reserveSpace, type HoleQuery } from "./holes";
import { pastEnd } from "./past-end";
import { folderOf } from "./paths";
import type { ByteSource, ByteTarget, HostRun } from "./source";
import { attempt, systemCode, systemError, uninterrupted, unlessMissing } from "./system-error";

/** Bytes handed to the system in one call: Linux takes at most 2^31 - 4096. */
const largestCall = 2 ** 30;

/** Opening neither waits for the other end of a pipe nor takes over a terminal. Windows has neither flag. */
const neverWait = (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** The system would take -1 for the file's own position, which the threads share. */
function requirePosition(at: number, name: string): void {
  if (Number.isSafeInteger(at) && at >= 0) return;
  throw new ImageError("invalid-argument", `${name} has no byte ${at}`, { file: name, at });
}

/**
 * Fills `into` with the bytes at `at` of an open file. For copier threads, which get a FilePlace.
 * @param name The file's path, for errors.
 * @throws ImageError `truncated` when the file ends before, `io` when the host refuses.
 */
export function readFully(fd: number, at: number, into: Uint8Array, name: string): void {
  requirePosition(at, name);
  let done = 0;
  while (done < into.length) {
    const length = Math.min(into.length - done, largestCall);
    let got: number;
    try {
      got = uninterrupted(() => readSync(fd, into, done, length, at + done));
    } catch (cause) {
      throw systemError("read", name, cause, at + done);
    }
    if (got === 0) throw pastEnd(name, at + done, at, into.length);
    done += got;
  }
}

/**
 * Writes all of `from` at `at` of an open file. For copier threads, which get a FilePlace.
 * @param name The file's path, for errors.
 * @throws ImageError `io`.
 */
export function writeFully(fd: number, at: number, from: Uint8Array, name: string): void {
  requirePosition(at, name);
  let done = 0;
  while (done < from.length) {
    const length = Math.min(from.length - done, largestCall);
    try {
      const put = uninterrupted(() => writeSync(fd, from, done, length, at + done));
      if (put === 0) throw new Error("the host took no bytes");
      done += put;
    } catch (cause) {
      throw systemError("write to", name, cause, at + done);
    }
  }
}

/** What link(2) says where files have one name only. */
const noHardLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** Byte counts of a file as a number. @throws ImageError `limit` past 2^53 - 1. */
function byteCount(bytes: bigint | number, name: string): number {
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new ImageError("limit", `${name} is longer than 2^53 - 1 bytes`, { file: name });
  }
  return Number(bytes);
}

/** Refuses what is no regular file, before it is opened and once more on what was opened. */
function requireRegular(stat: BigIntStats, name: string): void {
  if (stat.isFile()) return;
  const found = stat.isDirectory()
    ? "a folder"
    : stat.isBlockDevice() || stat.isCharacterDevice()
      ? "a device"
      : "a pipe or socket";
  throw new ImageError("unsupported", `${name} is ${found}, not a regular file`, {
    file: name,
    expected: "a regular file",
    found,
  });
}

/** Opens with `flags`; an existing path is looked at first, because opening a device can act on it. */
function openRegular(path: string, flags: number): number {
  try {
    if ((flags & constants.O_EXCL) === 0) requireRegular(statSync(path, { bigint: true }), path);
    // 0o644 is what qemu-img gives a new image.
    const fd = uninterrupted(() => openSync(path, flags | neverWait, 0o644));
    try {
      requireRegular(fstatSync(fd, { bigint: true }), path);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    return fd;
  } catch (cause) {
    const action = (flags & constants.O_EXCL) === 0 ? "open" : "create";
    throw systemError(action, path, cause);
  }
}

/** File systems whose count of blocks is exact, by their statfs type: ext, XFS, Btrfs, F2FS, tmpfs. */
const exactCounts = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994]);

/** An open descriptor with what reading and writing share. */
interface OpenFile {
  readonly identity: string;
  /** As ByteSource.modified, at the time of opening. */
  readonly modified: number;
  /** As ByteSource.changed. */
  changed(): boolean;
  /** The descriptor. @throws ImageError `io` once closed: its number may belong to another file by then. */
  live(action: string): number;
  /** Bytes at this moment. */
  size(): number;
  /** Bytes that the host has given to it at this moment. */
  allocated(): number;
  read(at: number, into: Uint8Array): void;
  /** As `hostRunOf`. */
  hostRun(at: number, max: number, stored?: boolean): HostRun;
  close(): void;
}

function openFileOver(descriptor: number, name: string): OpenFile {
  let fd: number | undefined = descriptor;
  function live(action: string): number {
    if (fd !== undefined) return fd;
    throw new ImageError("io", `Cannot ${action} ${name}: it is closed`, { file: name });
  }
  const stat = (): BigIntStats => fstatSync(live("read"), { bigint: true });
  // Asked for often. A length past 2^53 is rounded, and refused all the same.
  const size = (): number => byteCount(fstatSync(live("read")).size, name);
  const allocated = (): number => byteCount(stat().blocks * 512n, name);
  const opened = stat();
  const { dev, ino, mtimeMs } = opened;
  const query: HoleQuery = {
    get fd() {
      return live("read");
    },
    currentSize: size,
    // Network and user-space file systems may count no blocks for a file full of data.
    storesNothing: () => allocated() === 0 && exactCounts.has(freeSpace(name)?.type ?? 0),
  };
  return {
    identity: `${dev}:${ino}`,
    modified: Number(mtimeMs),
    changed: () => wasChanged(opened, stat),
    live,
    size,
    allocated,
    read: (at, into) => readFully(live("read"), at, into, name),
    hostRun: (at, max, stored) => hostRunOf(query, at, max, stored),
    close() {
      if (fd === undefined) return;
      const closing = fd;
      fd = undefined;
      try {
        // Never tried again: the number may be another file's already.
        closeSync(closing);
      } catch (cause) {
        throw systemError("close", name, cause);
      }
    },
  };
}

/**
 * Opens a regular file for reading. Never waits for a pipe's other end, never opens a device.
 * The caller closes the source.
 * @throws ImageError `missing-file`, `unsupported` (no regular file), `io`.
 */
export function openFile(path: string): ByteSource {
  const fd = openRegular(path, constants.O_RDONLY);
  const { identity, modified, changed, size, allocated, read, hostRun, close } = openFileOver(
    fd,
    path,
  );
  try {
    const file = { fd, base: 0 };
    return {
      name: path,
      size: size(),
      allocated: allocated(),
      identity,
      modified,
      changed,
      file,
      read,
      hostRun: rememberStored(hostRun),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function targetOver(fd: number, name: string): ByteTarget {
  const { identity, live, size, allocated, read, hostRun, close } = openFileOver(fd, name);
  return {
    name,
    identity,
    file: { fd, base: 0 },
    // Both change with what is written, by copier threads too.
    get size() {
      return size();
    },
    get allocated() {
      return allocated();
    },
    read,
    hostRun,
    close,
    write: (at, from) => writeFully(live("write to"), at, from, name),
    truncate(length) {
      requirePosition(length, name);
      attempt("resize", name, () => ftruncateSync(live("resize"), length));
    },
    allocate: (at, length) => reserveSpace(live("write to"), name, at, length),
    punchHole: (at, length) => punchHoleIn(live("write to"), name, at, length),
    flush: () => attempt("flush", name, () => fdatasyncSync(live("flush"))),
  };
}

/**
 * Creates a file that is not there yet, for reading and writing. The caller closes the target.
 * @throws ImageError `exists` when anything has that name, `missing-file` when its folder is not there, `io`.
 */
export function createFile(path: string): ByteTarget {
  return targetOver(
    openRegular(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL),
    path,
  );
}

/**
 * Opens a regular file for reading and writing in place. The caller closes the target.
 * @throws ImageError `missing-file`, `unsupported` (no regular file), `io`.
 */
export function openFileWritable(path: string): ByteTarget {
  return targetOver(openRegular(path, constants.O_RDWR), path);
}

/** What is at a path, symbolic links followed. */
export interface FileStatus {
  /** `other` is a device, pipe or socket; `none` when nothing is there. */
  readonly kind: "file" | "folder" | "other" | "none";
  /** Bytes; 0 for all but files. */
  readonly size: number;
  /** Bytes that the host has given to it; 0 for all but files. */
  readonly allocated: number;
  /** As ByteSource.identity; absent when nothing is there. */
  readonly identity?: string;
}

/** Looks at a path without opening it. @throws ImageError `io` when the host refuses to tell. */
export function fileStatus(path: string): FileStatus {
  const stat = attempt("look at", path, () =>
    unlessMissing(() => statSync(path, { bigint: true })),
  );
  if (stat === undefined) return { kind: "none", size: 0, allocated: 0 };
  const identity = `${stat.dev}:${stat.ino}`;
  if (!stat.isFile()) {
    return { kind: stat.isDirectory() ? "folder" : "other", size: 0, allocated: 0, identity };
  }
  const size = byteCount(stat.size, path);
  return { kind: "file", size, allocated: byteCount(stat.blocks * 512n, path), identity };
}

/** Names of what lies in a folder, in order; of more than `most`, any so many. @throws ImageError `missing-file`, `io`. */
export function namesIn(folder: string, most: number): string[] {
  return attempt("list", folder, () => {
    const open = opendirSync(folder);
    const names: string[] = [];
    for (let next = open.readSync(); next && names.length < most; next = open.readSync())
      names.push(next.name);
    open.closeSync();
    return names.toSorted();
  });
}

/** The absolute path without symbolic links. @throws ImageError `missing-file`, `io`. */
export const realPathOf = (path: string): string =>
  attempt("find", path, () => realpathSync.native(path));

/**
 * Gives a file the owner and permissions of another that it is to replace. The owner is left where
 * the system refuses. @throws ImageError `missing-file`, `io`.
 */
export function copyPermissions(from: string, to: string): void {
  attempt("set the permissions of", to, () => {
    const { uid, gid, mode } = statSync(from);
    try {
      chownSync(to, uid, gid);
    } catch (error) {
      if (systemCode(error) !== "EPERM") throw error;
    }
    chmodSync(to, mode & 0o7777);
  });
}

/** Gives a file another name, replacing what has it. @throws ImageError `missing-file`, `io`. */
export function renameFile(from: string, to: string): void {
  attempt("rename", from, () => renameSync(from, to));
}

/**
 * Gives a file another name that nothing has yet. Atomic where the file system knows hard links;
 * elsewhere the name is looked up just before.
 * @throws ImageError `exists`, `missing-file`, `io`.
 */
export function renameFileNew(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (cause) {
    if (!noHardLinks.has(systemCode(cause) ?? "")) throw systemError("create", to, cause);
    if (attempt("look at", to, () => unlessMissing(() => lstatSync(to))) !== undefined) {
      throw new ImageError("exists", `Cannot create ${to}: file already exists`, { file: to });
    }
    renameFile(from, to);
    return;
  }
  removeFile(from);
}

/** Removes a file; one that is not there is no error. @throws ImageError `io`. */
export function removeFile(path: string): void {
  attempt("remove", path, () => unlessMissing(() => unlinkSync(path)));
}

/** Forces a folder's entries (a rename) down to the disk, where the system can. @throws ImageError `io`. */
export function syncFolder(path: string): void {
  // Windows opens no folders; its file system keeps the order by itself.
  if (process.platform === "win32") return;
  attempt("flush", path, () => {
    const fd = openSync(path, constants.O_RDONLY);
    try {
      fsyncSync(fd);
    } catch (error) {
      // Some network file systems know no fsync of folders.
      if (systemCode(error) !== "EINVAL") throw error;
    } finally {
      closeSync(fd);
    }
  });
}

/** What statfs tells of a file system. */
export interface FileSystemNumbers {
  /** Its kind on Linux (file-systems.ts); elsewhere without a meaning. */
  readonly type: number;
  /** Bytes. */
  readonly blockSize: number;
  readonly free: number;
  readonly capacity: number;
}

/** Of the file system of `path`, or of its folder when it is not there; undefined where unknown. */
export function freeSpace(path: string): FileSystemNumbers | undefined {
  for (const place of [path, folderOf(path)]) {
    try {
      const { type, bavail, blocks, bsize } = statfsSync(place);
      const sizes = { blockSize: bsize, free: bavail * bsize, capacity: blocks * bsize };
      return { type: type >>> 0, ...sizes };
    } catch {
      // The next place, or unknown.
    }
  }
  return undefined;
}
