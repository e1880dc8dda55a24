import { createRequire } from "node:module";
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
  return {
    ...seeks,
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
    try {
      if (process.platform === "linux" || process.platform === "darwin") bound = bind();
    } catch {
      // Without koffi everything works, only without holes and reservation.
    }
  }
  return bound;
}
