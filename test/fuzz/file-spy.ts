import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { dirname, join, resolve, sep } from "node:path";

/** Tells what is done to files outside of the folders that a trial has. */
export type FileSpy = (work: () => void) => string[];

/** Functions that open or change what their first argument names. */
const watched = [
  "openSync",
  "readFileSync",
  "writeFileSync",
  "opendirSync",
  "readdirSync",
  "unlinkSync",
  "renameSync",
  "linkSync",
  "truncateSync",
  "rmSync",
  "mkdirSync",
] as const;

/**
 * What the host tells of other programs during a trial: nothing. They are no part of any image, and to
 * ask each what it has open takes longer than all the rest of a case.
 */
const ofOthers: Readonly<Record<string, unknown>> = {
  "readdirSync /proc": [],
  "readdirSync /sys/block": [],
  "readFileSync /proc/locks": "",
};

/**
 * Watches every file that is opened by Node's own functions while the spy's `work` runs: those below
 * `readable` may be opened for reading, those below `writable` in any way. Once for a process.
 */
export function spyOnFiles(readable: string, writable: string): FileSpy {
  let seen: string[] | undefined;
  /** Where the paths of this trial lead: nothing that it may do makes a link of one. */
  const known = new Map<string, string>();
  const realPath = fs.realpathSync.native;
  const isBelow = (path: string, folder: string): boolean =>
    path === folder || path.startsWith(folder + sep);
  /** Where VirtualBox and Hyper-V keep what tells that a machine has an image: names are looked at, no more. */
  const above = dirname(readable);
  const listed = new Set([above, join(above, "Virtual Machines")]);
  for (const name of watched) {
    const real = fs[name] as (...args: unknown[]) => unknown;
    const watching = (...args: unknown[]): unknown => {
      const [path, flags] = args;
      if (seen !== undefined && typeof path === "string") {
        const told = ofOthers[`${name} ${path}`];
        if (told !== undefined) return told;
        const reads =
          (name === "openSync" && isReading(flags)) ||
          ["readFileSync", "opendirSync", "readdirSync"].includes(name);
        const absolute = resolve(path);
        const meant = known.get(absolute) ?? realOr(absolute, realPath);
        known.set(absolute, meant);
        const may =
          isBelow(meant, writable) ||
          (reads && isBelow(meant, readable)) ||
          // Who else has an image open is told there.
          (reads && /^\/(?:proc|sys\/block)(?:\/|$)/.test(absolute)) ||
          (name === "opendirSync" && listed.has(meant)) ||
          // Programs and libraries of the process itself.
          (reads && (meant === process.execPath || /[/\\]node_modules[/\\]/.test(meant)));
        if (!may) seen.push(`${name} ${path} (${String(flags)})`);
      }
      return real.apply(fs, args);
    };
    Object.assign(fs, { [name]: watching });
  }
  syncBuiltinESMExports();
  return (work) => {
    const now: string[] = [];
    seen = now;
    known.clear();
    try {
      work();
    } finally {
      seen = undefined;
    }
    return now;
  };
}

function isReading(flags: unknown): boolean {
  if (flags === undefined || flags === "r") return true;
  const changing =
    fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC;
  return typeof flags === "number" && (flags & changing) === 0;
}

function realOr(path: string, realPath: (path: string) => string): string {
  try {
    return realPath(path);
  } catch {
    return path;
  }
}
