import { createRequire } from "node:module";
import { endianness } from "node:os";
import { getSystemErrorMap } from "node:util";
import type * as Koffi from "koffi";

/**
 * System calls that Node does not offer, on an open file's descriptor. Offsets and lengths are bytes
 * below 2^53. They move the file's position, so the file must be read and written at positions only.
 */
export interface NativeCalls {
  /** Where the next stored byte from `at` on lies; the error's name when there is none (`ENXIO`). */
  seekData(fd: number, at: number): number | string;
  /** Where the next hole from `at` on begins, at the latest the end; or the error's name. */
  seekHole(fd: number, at: number): number | string;
  /** Reserves space and leaves the length; absent where the system has no such call. */
  allocate?(fd: number, at: number, length: number): Error | undefined;
  /** Makes a range a hole; absent where the system has no such call. */
  punchHole?(fd: number, at: number, length: number): Error | undefined;
  /** Locks of byte ranges that belong to the open file, not to the process; absent outside Linux. */
  readonly locks?: RangeLocks;
}

/** Linux's open file description locks: they end when the descriptor is closed. */
export interface RangeLocks {
  /** Takes a lock on one byte that others may hold as well. */
  share(fd: number, at: number): Error | undefined;
  /** Whether another open file holds a lock on that byte; takes none itself. */
  heldByOthers(fd: number, at: number): boolean;
}

/** The other way round on macOS. */
const seek = process.platform === "darwin" ? { hole: 3, data: 4 } : { data: 3, hole: 4 };

const keepSize = 1;
const punch = 2;

/** The last call's error, worded as Node words it: `CODE: words, call`. */
function lastError(koffi: typeof Koffi, call: string): Error & { code: string } {
  const errno = koffi.errno();
  const [code, words] = getSystemErrorMap().get(-errno) ?? [`E${errno}`, `system error ${errno}`];
  return Object.assign(new Error(`${code}: ${words}, ${call}`), { code });
}

/**
 * Not an import: koffi may be absent, and `info` need not spend the time. Its own loader takes several
 * milliseconds to find the library; where that lies is known for most systems, and the rest is as good.
 */
function loadKoffi(): typeof Koffi {
  const require = createRequire(import.meta.url);
  const system = `${process.platform}_${process.arch}`;
  try {
    const name = `@koromix/koffi-${process.platform}-${process.arch}/${system}/koffi.node`;
    return require(name) as typeof Koffi;
  } catch {
    return require("koffi") as typeof Koffi;
  }
}

/** fcntl's commands and lock types on Linux. */
const getOpenFileLock = 36;
const setOpenFileLock = 37;
const readLock = 0;
const writeLock = 1;
const unlocked = 2;

/** Declares fcntl for locks. @throws what koffi throws where the symbol is missing. */
function bindLocks(koffi: typeof Koffi, library: Koffi.LibraryHandle): RangeLocks {
  const fcntl = library.func("fcntl64", "int", ["int", "int", "void *"]) as (
    fd: number,
    command: number,
    lock: Uint8Array,
  ) => number;
  /** struct flock64 of one byte: type, whence, start, length, process (0, as these locks want it). */
  const flock = (type: number, at: number): DataView => {
    const lock = new DataView(new ArrayBuffer(32));
    const little = endianness() === "LE";
    lock.setInt16(0, type, little);
    lock.setBigInt64(8, BigInt(at), little);
    lock.setBigInt64(16, 1n, little);
    return lock;
  };
  const call = (fd: number, command: number, lock: DataView): Error | undefined => {
    for (;;) {
      if (fcntl(fd, command, new Uint8Array(lock.buffer)) === 0) return undefined;
      const error = lastError(koffi, "fcntl");
      if (error.code !== "EINTR") return error;
    }
  };
  return {
    share: (fd, at) => call(fd, setOpenFileLock, flock(readLock, at)),
    heldByOthers(fd, at) {
      const lock = flock(writeLock, at);
      const failed = call(fd, getOpenFileLock, lock) !== undefined;
      return !failed && lock.getInt16(0, endianness() === "LE") !== unlocked;
    },
  };
}

/** What `bindings` declares, or undefined where the system lacks it. */
function ifThere<T>(bindings: () => T): T | undefined {
  try {
    return bindings();
  } catch {
    return undefined;
  }
}

/** Declares the calls. @throws what koffi throws where it, or a symbol, is missing. */
function bind(): NativeCalls {
  const koffi = loadKoffi();
  const library = koffi.load(null);
  // On 32-bit Linux the plain names take 32-bit offsets.
  const wide = process.platform === "linux" ? "64" : "";
  const lseek = library.func(`lseek${wide}`, "int64_t", ["int", "int64_t", "int"]) as (
    fd: number,
    at: number,
    whence: number,
  ) => number | bigint;

  const seekTo = (fd: number, at: number, whence: number): number | string => {
    const found = Number(lseek(fd, at, whence));
    return found < 0 ? lastError(koffi, "lseek").code : found;
  };
  const seeks = {
    seekData: (fd: number, at: number) => seekTo(fd, at, seek.data),
    seekHole: (fd: number, at: number) => seekTo(fd, at, seek.hole),
  };
  if (process.platform !== "linux") return seeks;

  const fallocate = library.func("fallocate64", "int", ["int", "int", "int64_t", "int64_t"]) as (
    fd: number,
    mode: number,
    at: number,
    length: number,
  ) => number;
  const change = (fd: number, mode: number, at: number, length: number): Error | undefined => {
    for (;;) {
      if (fallocate(fd, mode, at, length) === 0) return undefined;
      const error = lastError(koffi, "fallocate");
      if (error.code !== "EINTR") return error;
    }
  };
  const locks = ifThere(() => bindLocks(koffi, library));
  return {
    ...seeks,
    ...(locks && { locks }),
    allocate: (fd, at, length) => change(fd, keepSize, at, length),
    punchHole: (fd, at, length) => change(fd, punch | keepSize, at, length),
  };
}

let bound: NativeCalls | undefined;
let tried = false;

/**
 * The native calls of this system, or undefined where koffi or the system does not have them, or
 * where the environment says LAMINA_NO_NATIVE=1. Loaded at the first call.
 */
export function nativeCalls(): NativeCalls | undefined {
  if (process.env["LAMINA_NO_NATIVE"] === "1") return undefined;
  if (!tried) {
    tried = true;
    // Without koffi everything works, only without holes, reservation and locks.
    if (process.platform === "linux" || process.platform === "darwin") bound = ifThere(bind);
  }
  return bound;
}
