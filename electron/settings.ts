import { copyFileSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { readableSettings, settingsDefaults, type Settings } from "../shared/model/settings";
import { writeKeptFile } from "./kept-file";

/** How many paths the recent list keeps. */
const RECENT_MAX = 30;

/** The settings of this user, kept in one file. */
export interface SettingsStore {
  /** The absolute path of that file; it is there once something was changed. */
  readonly file: string;
  get(): Settings;
  /** Changes and writes them; resolves when they are on disk. Rejects when they cannot be written. */
  change(part: Partial<Omit<Settings, "version">>): Promise<Settings>;
  /** Puts paths at the head of the recent list, the first of them first. */
  addRecent(paths: readonly string[]): Promise<Settings>;
  removeRecent(path: string): Promise<Settings>;
  /** Resolves when nothing is left to write; never rejects. */
  settled(): Promise<void>;
  /** Hears every change; returns what ends it. */
  onChange(listener: (settings: Settings) => void): () => void;
}

/**
 * Opens `settings.json` in `folder`. A missing file gives the defaults, and so does a field that is
 * damaged; a file with such a field is kept aside as `settings.damaged.json`. Of a file that cannot be read
 * at all, as one that was cut off, the copy beside it, `settings.copy.json`, is taken.
 */
export function openSettings(folder: string): SettingsStore {
  const file = join(folder, "settings.json");
  const listeners = new Set<(settings: Settings) => void>();
  const copy = join(folder, "settings.copy.json");
  let settings = readSettings(file, join(folder, "settings.damaged.json"), copy);
  // One write after the other, so that the last change is the one that stays.
  let written: Promise<void> = Promise.resolve();

  const change: SettingsStore["change"] = async (part) => {
    settings = { ...settings, ...part };
    const now = settings;
    for (const listener of listeners) listener(now);
    // The same twice, not what was there before: a folder that is trusted no more must not come back.
    written = written
      .catch(() => {})
      .then(() => writeKeptFile(file, now))
      .then(() => writeKeptFile(copy, now));
    await written;
    // A later change may have been told already: an answer must not bring back what was before it.
    return settings;
  };

  return {
    file,
    get: () => settings,
    change,
    addRecent: (paths) =>
      change({ recent: [...new Set([...paths, ...settings.recent])].slice(0, RECENT_MAX) }),
    removeRecent: (path) => change({ recent: settings.recent.filter((recent) => recent !== path) }),
    settled: () => written.catch(() => {}),
    onChange: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

function readSettings(file: string, damagedFile: string, copy: string): Settings {
  const found = readFrom(file);
  if (found === undefined || found.damage === "none") return found?.settings ?? settingsDefaults;
  const copied = found.damage === "all" ? readFrom(copy) : undefined;
  const isCopyWhole = copied?.damage === "none";
  try {
    renameSync(file, damagedFile);
    if (isCopyWhole) {
      copyFileSync(copy, `${file}.new`);
      renameSync(`${file}.new`, file);
    }
  } catch {
    // A folder that cannot be written to: the next change will say so.
  }
  return isCopyWhole ? copied.settings : found.settings;
}

/** Undefined when there is no such file. */
function readFrom(file: string): ReturnType<typeof readableSettings> | undefined {
  try {
    return readableSettings(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
