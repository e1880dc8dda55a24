import { ImageError } from "../../errors";
import { withPageCache } from "../../io/page-cache";
import type { ByteSource } from "../../io/source";
import { errorAt, isWithin } from "./vmdk-error";

/** What an entry says when it is no byte offset. */
export const absent = -1;
export const zeroed = -2;
export const invalid = -3;

/** How a sparse extent finds its grains: a directory of tables of entries. An entry of zeros is `absent`. */
export interface GrainLayout {
  /** Bytes that the extent holds. */
  readonly capacity: number;
  /** Bytes. */
  readonly grainSize: number;
  readonly entriesPerTable: number;
  readonly entrySize: 4 | 8;
  /** Byte offsets of the grain directory and, behind it, of its copy; the first good one is used. */
  readonly directories: readonly number[];
  /** The byte offset of the grain table that a directory entry names, or `absent`, `zeroed`, `invalid`. */
  tableAt(directory: DataView, entryAt: number): number;
  /** The byte offset of the grain that a table entry names, or `absent`, `zeroed`, `invalid`. */
  grainAt(table: DataView, entryAt: number): number;
}

/** Grains in a row that are told alike: of one kind, and adjacent in the file where they are stored. */
export interface Stretch {
  /** The first grain's byte offset, or `absent` or `zeroed`. */
  place: number;
  /** Grains, > 0. */
  count: number;
  /** Whether a table was read for it. */
  looked: boolean;
}

/** As in qemu: enough for 8 TiB in 512-byte grains. */
const mostTables = 32 * 1024 * 1024;
/** Directory entries read at once. */
const windowEntries = 1024;

/**
 * Reads grain tables as they are needed; memory is bounded by `cachePages` pages of 16 KiB or two tables.
 * @throws ImageError `limit` for too large a directory, `invalid-table` or `truncated` when no directory lies in the file.
 */
export function createGrainTables(source: ByteSource, layout: GrainLayout, cachePages: number) {
  const { capacity, grainSize, entriesPerTable, entrySize } = layout;
  const grains = Math.ceil(capacity / grainSize);
  const tables = Math.ceil(grains / entriesPerTable);
  checkSize(source, tables);
  const directories = usableDirectories(source, layout.directories, tables * entrySize);
  const pageSize = Math.max(16384, 2 * entriesPerTable * entrySize);
  const cached = withPageCache(source, { pageSize, pages: cachePages });
  const tableBytes = new Uint8Array(entriesPerTable * entrySize);
  const table = new DataView(tableBytes.buffer);
  const isHole = holesOf(source);
  const windows = directories.map((at) => directoryWindow(cached, at, tables, entrySize));

  /** The table that is in `table`, or what stands for all of its grains. */
  let current = -1;
  let tableOffset = 0;
  let whole: number | undefined;

  function load(index: number): void {
    current = -1;
    let firstError: unknown;
    for (const window of windows) {
      try {
        loadBy(window, index);
        current = index;
        return;
      } catch (error) {
        if (!(error instanceof ImageError)) throw error;
        firstError ??= error;
      }
    }
    throw firstError;
  }

  function loadBy(window: DirectoryWindow, index: number): void {
    const { view, at, entryAt } = window(index);
    const place = layout.tableAt(view, at);
    whole = place < 0 ? place : undefined;
    if (place === invalid) {
      throw errorAt("invalid-table", source, entryAt, "a grain directory entry is damaged");
    }
    if (place < 0) return;
    // The last table may be cut off behind its last grain.
    const entries = Math.min(entriesPerTable, grains - index * entriesPerTable);
    const bytes = tableBytes.subarray(0, entries * entrySize);
    if (!isWithin(source, place, bytes.length)) {
      throw errorAt("truncated", source, entryAt, "a grain table lies past the end of the file", {
        expected: `${bytes.length} bytes at ${place}`,
        found: source.size,
      });
    }
    // Writers lay out tables for the whole disk; those never filled would be read for nothing.
    if (isHole(place, bytes.length)) whole = absent;
    else cached.read(place, bytes);
    tableOffset = place;
  }

  /**
   * Fills `out` with what lies from grain `grain` on, up to the end of its table and before grain `end`.
   * @throws ImageError `invalid-table`, `truncated`, `io`.
   */
  return (grain: number, end: number, out: Stretch): void => {
    const index = Math.floor(grain / entriesPerTable);
    if (index !== current) load(index);
    const first = grain - index * entriesPerTable;
    const last = Math.min(entriesPerTable, end - index * entriesPerTable);
    out.looked = whole === undefined;
    if (whole !== undefined) {
      out.place = whole;
      out.count = last - first;
      return;
    }
    const place = layout.grainAt(table, first * entrySize);
    if (place === invalid) {
      const at = tableOffset + first * entrySize;
      throw errorAt("invalid-table", source, at, "a grain table entry is damaged");
    }
    const step = place < 0 ? 0 : grainSize;
    let next = first + 1;
    let expected = place + step;
    while (next < last && layout.grainAt(table, next * entrySize) === expected) {
      next += 1;
      expected += step;
    }
    out.place = place;
    out.count = next - first;
  };
}

function checkSize(source: ByteSource, tables: number): void {
  if (tables <= mostTables) return;
  throw new ImageError("limit", `${source.name}: the grain directory is too large`, {
    file: source.name,
    expected: `at most ${mostTables} grain tables`,
    found: tables,
  });
}

/** Those of the directories that lie in the file. @throws ImageError when none does. */
function usableDirectories(
  source: ByteSource,
  directories: readonly number[],
  length: number,
): readonly number[] {
  if (length === 0) return [];
  const usable = directories.filter((at) => at > 0 && isWithin(source, at, length));
  if (usable.length > 0) return usable;
  const [at = 0] = directories;
  const code = at === 0 ? "invalid-table" : "truncated";
  throw errorAt(code, source, at, "the grain directory does not lie in the file", {
    expected: `${length} bytes at ${at}`,
    found: source.size,
  });
}

/** Tells whether bytes lie in a hole of the file, asking the host once for every hole and every stretch of data. */
function holesOf(source: ByteSource): (at: number, length: number) => boolean {
  let start = 0;
  let end = 0;
  let hole = false;
  return (at, length) => {
    if (source.hostRun === undefined) return false;
    if (at < start || at >= end) {
      const run = source.hostRun(at, source.size - at);
      start = at;
      end = at + run.length;
      ({ hole } = run);
    }
    return hole && at + length <= end;
  };
}

/** Where entry `index` of a directory is to be found: in `view` at `at`, in the file at `entryAt`. */
type DirectoryWindow = (index: number) => { view: DataView; at: number; entryAt: number };

/** Entries of the directory at byte `offset`, read a window at a time. */
function directoryWindow(
  source: ByteSource,
  offset: number,
  entries: number,
  entrySize: number,
): DirectoryWindow {
  const bytes = new Uint8Array(Math.min(entries, windowEntries) * entrySize);
  const view = new DataView(bytes.buffer);
  let loaded = -1;
  return (index) => {
    const window = Math.floor(index / windowEntries);
    const first = window * windowEntries;
    if (window !== loaded) {
      loaded = -1;
      const count = Math.min(windowEntries, entries - first);
      source.read(offset + first * entrySize, bytes.subarray(0, count * entrySize));
      loaded = window;
    }
    return { view, at: (index - first) * entrySize, entryAt: offset + index * entrySize };
  };
}
