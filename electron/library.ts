import { watch, type FSWatcher } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { failureOf, FailureError } from "./failure";
import type { ScanRequest, ScanResult, SeenFile } from "./library-scan";
import type { SettingsStore } from "./settings";
import { waitPatiently } from "./patience";
import type { Failure } from "../shared/model/report";
import type { WatchedFolder } from "../shared/model/watched-folder";

/** The watched folders and the images in them. */
export interface Library {
  /** Every watched folder as far as it is known, in the settings' order; the first call begins to look. */
  list(): WatchedFolder[];
  /** Watches a folder. @throws FailureError `missing-file`, `invalid-argument`, `limit`. */
  watch(path: string): Promise<void>;
  /** Leaves a folder alone; does nothing for one that is not watched. */
  unwatch(path: string): Promise<void>;
  /**
   * Looks again at one folder, and tells that it does; does nothing for one that is not watched, or is
   * being looked at.
   */
  look(path: string): void;
  /**
   * Watches a folder in the place of another one that has moved there, and lists the recent images
   * where they are now. @throws FailureError as `watch`.
   */
  relocate(from: string, to: string): Promise<void>;
  /** Looks again at every folder: what watches them may have missed something. */
  refresh(): void;
  /** Stops watching. */
  close(): void;
}

/** What the library works with. */
export interface LibraryParts {
  readonly settings: Pick<SettingsStore, "get" | "change" | "onChange">;
  /** Looks through a folder, in another thread. */
  scan(request: ScanRequest): Promise<ScanResult>;
  changed(folder: WatchedFolder): void;
  /** Milliseconds from a change to the look at it, and between two looks. */
  readonly pause: { readonly settle: number; readonly between: number };
  /** Milliseconds that one folder may keep the others waiting. */
  readonly patience?: number;
}

interface Entry {
  folder: WatchedFolder;
  seen: readonly SeenFile[];
  readonly watchers: Map<string, FSWatcher>;
  timer?: NodeJS.Timeout;
  /** Whether it is being looked at. */
  busy?: boolean;
  /** When the last look ended, by the monotonic clock; absent before the first. */
  lookedAt?: number;
}

/** Each costs a look at every change. */
const MOST_FOLDERS = 64;
/** What takes longer waits for a disk or a server that is gone. */
const PATIENCE_MS = 60_000;

/** Keeps an eye on the folders that the settings name, and on the settings. */
export function createLibrary(parts: LibraryParts): Library {
  const { settings, scan, changed, pause, patience = PATIENCE_MS } = parts;
  const entries = new Map<string, Entry>();
  let started = false;
  // One folder at a time: they may lie on one disk.
  let looking: Promise<void> = Promise.resolve();
  const forgetSettings = settings.onChange(() => {
    if (started) follow();
  });

  /** Brings the entries in line with the settings. */
  function follow(): void {
    const wanted = settings.get().watchedFolders.slice(0, MOST_FOLDERS);
    const before = [...entries.keys()];
    for (const path of before) if (!wanted.includes(path)) drop(path);
    for (const path of wanted) {
      if (entries.has(path)) continue;
      const folder: WatchedFolder = { path, state: "looking", images: [], more: false };
      entries.set(path, { folder, seen: [], watchers: new Map() });
      changed(folder);
    }
    // What is watched by itself is left out elsewhere.
    if (before.join("\0") !== [...entries.keys()].join("\0"))
      for (const entry of entries.values()) look(entry);
  }

  function drop(path: string): void {
    const entry = entries.get(path);
    entries.delete(path);
    clearTimeout(entry?.timer);
    for (const watcher of entry?.watchers.values() ?? []) watcher.close();
  }

  const isCurrent = (entry: Entry): boolean => entries.get(entry.folder.path) === entry;

  /** Looks soon: several changes in a row, and those of a disk in use, make one look. */
  function lookSoon(entry: Entry): void {
    if (entry.timer !== undefined || !isCurrent(entry)) return;
    const since = entry.lookedAt === undefined ? Infinity : performance.now() - entry.lookedAt;
    const wait = Math.max(pause.settle, pause.between - since);
    entry.timer = setTimeout(() => look(entry), wait);
    entry.timer.unref();
  }

  function look(entry: Entry): void {
    clearTimeout(entry.timer);
    delete entry.timer;
    looking = looking.then(() => (isCurrent(entry) ? lookInTurn(entry) : undefined));
  }

  /** Lets the next folder go on when this one has its answer, or takes too long. */
  async function lookInTurn(entry: Entry): Promise<void> {
    if (entry.busy === true) return;
    entry.busy = true;
    let late = false;
    const looked = lookNow(entry).finally(() => {
      entry.busy = false;
      // What changed meanwhile was passed over.
      if (late) lookSoon(entry);
    });
    await new Promise<void>((goOn) => {
      const endWaiting = waitPatiently({ patience, over: goOn });
      void looked.finally(() => {
        endWaiting();
        goOn();
      });
    });
    late = entry.busy;
    if (!late || !isCurrent(entry)) return;
    const { path } = entry.folder;
    entry.folder = { path, state: "failed", images: [], more: false, failure: slow(patience) };
    changed(entry.folder);
  }

  async function lookNow(entry: Entry): Promise<void> {
    const { path } = entry.folder;
    const leaveOut = [...entries.keys()].filter((other) => other !== path);
    try {
      // What is there is watched before it is looked at, so that no change falls between the two.
      keepWatching(entry, [path, ...entry.watchers.keys()]);
      const { seen, folders, ...found } = await scan({ folder: path, leaveOut, seen: entry.seen });
      if (!isCurrent(entry)) return;
      keepWatching(entry, folders);
      entry.seen = seen;
      entry.folder = { path, state: "ready", ...found };
    } catch (error) {
      const failure = failureOf(error);
      const state = failure.code === "missing-file" ? "missing" : "failed";
      entry.seen = [];
      entry.folder = { path, state, images: [], more: false, failure };
      keepWatching(entry, []);
    }
    entry.lookedAt = performance.now();
    if (isCurrent(entry)) changed(entry.folder);
  }

  /** A folder that cannot be watched is looked at when the window comes to the front. */
  function keepWatching(entry: Entry, folders: readonly string[]): void {
    for (const [path, watcher] of entry.watchers) {
      if (folders.includes(path)) continue;
      watcher.close();
      entry.watchers.delete(path);
    }
    for (const path of folders) {
      if (entry.watchers.has(path)) continue;
      try {
        const watcher = watch(path, { persistent: false }, () => lookSoon(entry));
        watcher.on("error", () => {
          watcher.close();
          entry.watchers.delete(path);
          lookSoon(entry);
        });
        entry.watchers.set(path, watcher);
      } catch {
        // As above.
      }
    }
  }

  return {
    list: () => {
      if (!started) {
        started = true;
        follow();
      }
      return [...entries.values()].map(({ folder }) => folder);
    },
    watch: async (given) => {
      const path = resolve(given);
      if (!isAbsolute(given) || !(await isFolder(path))) throw noFolder(given);
      const { watchedFolders } = settings.get();
      if (watchedFolders.includes(path)) return;
      if (watchedFolders.length >= MOST_FOLDERS) throw tooMany();
      await settings.change({ watchedFolders: [...watchedFolders, path] });
    },
    unwatch: async (path) => {
      const { watchedFolders } = settings.get();
      if (!watchedFolders.includes(path)) return;
      await settings.change({ watchedFolders: watchedFolders.filter((each) => each !== path) });
    },
    look: (path) => {
      const entry = entries.get(path);
      // One that is slow to answer is looked at again when it has.
      if (entry === undefined || entry.busy === true) return;
      entry.folder = { path, state: "looking", images: [], more: false };
      changed(entry.folder);
      look(entry);
    },
    relocate: async (from, given) => {
      const to = resolve(given);
      if (!isAbsolute(given) || !(await isFolder(to))) throw noFolder(given);
      const known = settings.get().recent;
      const found = await Promise.all(known.map((path) => movedPath(path, from, to)));
      const now = new Map(known.map((path, nth) => [path, found[nth] ?? path]));
      // Both may have changed meanwhile.
      const { watchedFolders, recent } = settings.get();
      await settings.change({
        watchedFolders: [...new Set(watchedFolders.map((path) => (path === from ? to : path)))],
        recent: [...new Set(recent.map((path) => now.get(path) ?? path))],
      });
    },
    refresh: () => {
      for (const entry of entries.values()) lookSoon(entry);
    },
    close: () => {
      forgetSettings();
      for (const path of entries.keys()) drop(path);
    },
  };
}

/** Where a file of a folder that has moved is now; its old path where it is not there. */
async function movedPath(path: string, from: string, to: string): Promise<string> {
  const name = relative(from, path);
  if (isAbsolute(name) || name.split(sep)[0] === "..") return path;
  const now = join(to, name);
  return (await isThere(now)) && !(await isThere(path)) ? now : path;
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Whether a path is that of a folder; links are followed. */
export function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function noFolder(path: string): FailureError {
  return new FailureError({
    code: "missing-file",
    message: `${path} is no folder of this computer.`,
    file: path,
  });
}

function slow(patience: number): Failure {
  return {
    code: "limit",
    message: `This folder has not answered for ${Math.round(patience / 1000)} s.`,
    hint: "Check that the disk or the server that it lies on is there.",
  };
}

function tooMany(): FailureError {
  return new FailureError({
    code: "limit",
    message: `Lamina watches at most ${MOST_FOLDERS} folders.`,
    hint: "Leave one of them alone first.",
  });
}
