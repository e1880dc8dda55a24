import { pastEnd } from "../../io/past-end";
import type { ByteSource } from "../../io/source";
import { nilGuid } from "../../codec/guid";
import type { Header } from "./header";
import { readActiveSequence } from "./log";
import { patchesOf, type Patch } from "./log-entry";
import { vhdxError } from "./vhdx-error";

/** Changes that are replayed at most; 1 MiB of log has room for some 250 with data. */
const mostPatches = 65536;

/** The file as it is after its log was replayed. */
export interface Replayed {
  readonly source: ByteSource;
  /** Entries of the log that were replayed; 0 when there is nothing in the log. */
  readonly entries: number;
  /** What they change, in the order of the file and not overlapping. */
  readonly patches: readonly Patch[];
}

/**
 * Replays the log in memory ([MS-VHDX] 2.3.3): the file itself stays as it is. Closing the answer's
 * source closes the file.
 * @throws ImageError `corrupt-data`, `truncated`, `limit`, `io`.
 */
export function replayLog(source: ByteSource, header: Header): Replayed {
  if (header.logGuid === nilGuid) return { source, entries: 0, patches: [] };
  const sequence = readActiveSequence(source, header);
  const count = sequence.reduce((sum, { descriptorCount }) => sum + descriptorCount, 0);
  const last = sequence.at(-1)?.lastFileOffset ?? 0n;
  if (count > mostPatches || last > BigInt(Number.MAX_SAFE_INTEGER))
    throw vhdxError("limit", source, header.logOffset, "the log asks for too much", {
      expected: `at most ${mostPatches} changes, the file to end before byte 2^53`,
      found: `${count} changes, the file to end at byte ${last}`,
    });
  const size = Math.max(source.size, Number(last));
  const patches = inOrder(
    sequence.flatMap((entry) => patchesOf(entry, source.name)),
    size,
  );
  return { source: patchedSource(source, patches, size), entries: sequence.length, patches };
}

/**
 * What `patches` come to, the later ones over the earlier: in the order of the file, not overlapping, and not past
 * byte `size`. Takes no longer for those that overlap.
 */
function inOrder(patches: readonly Patch[], size: number): Patch[] {
  const within = patches
    .map((patch) => ({ ...patch, end: Math.min(patch.end, size) }))
    .filter(({ at, end }) => at < end);
  const borders = [...new Set(within.flatMap(({ at, end }) => [at, end]))].toSorted(
    (a, b) => a - b,
  );
  const indexOf = new Map(borders.map((border, index) => [border, index]));
  /** What lies between each border and the next, and for each that one, at or behind it, where nothing does yet. */
  const placed: (Patch | undefined)[] = borders.map(() => undefined);
  const free = Uint32Array.from(borders.keys());
  const nextFree = (index: number): number => {
    let found = index;
    for (let next = free[found] ?? 0; next !== found; next = free[found] ?? 0) {
      // Half of the way is left out the next time.
      free[found] = free[next] ?? 0;
      found = next;
    }
    return found;
  };
  for (const patch of within.toReversed()) {
    const stop = indexOf.get(patch.end) ?? 0;
    for (let at = nextFree(indexOf.get(patch.at) ?? 0); at < stop; at = nextFree(at)) {
      placed[at] = patch;
      free[at] = at + 1;
    }
  }
  const ordered: Patch[] = [];
  for (let first = 0, next = 0; first < placed.length; first = next) {
    const patch = placed[first];
    for (next = first + 1; patch !== undefined && placed[next] === patch;) next += 1;
    if (patch === undefined) continue;
    const [at = 0, end = 0] = [borders[first], borders[next]];
    const bytes = patch.bytes?.subarray(at - patch.at, end - patch.at);
    ordered.push({ at, end, ...(bytes && { bytes }) });
  }
  return ordered;
}

/** Index of the first of `patches`, which are in order and do not overlap, that ends after `at`. */
function firstAfter(patches: readonly Patch[], at: number): number {
  let low = 0;
  let high = patches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((patches[middle]?.end ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `source` with `patches`, in order and not overlapping, over it; zeros from its end to `size`. */
function patchedSource(source: ByteSource, patches: readonly Patch[], size: number): ByteSource {
  const { name, identity, allocated } = source;
  const changed = source.changed?.bind(source);
  return {
    name,
    size,
    ...(identity !== undefined && { identity }),
    ...(changed && { changed }),
    ...(allocated !== undefined && { allocated }),
    read(at, into) {
      const end = at + into.length;
      if (at < 0 || end > size) throw pastEnd(name, size, at, into.length);
      const stored = Math.max(0, Math.min(into.length, source.size - at));
      if (stored > 0) source.read(at, into.subarray(0, stored));
      into.fill(0, stored);
      for (let index = firstAfter(patches, at); index < patches.length; index += 1) {
        const patch = patches[index];
        if (patch === undefined || patch.at >= end) break;
        const from = Math.max(at, patch.at);
        const to = Math.min(end, patch.end);
        if (patch.bytes === undefined) into.fill(0, from - at, to - at);
        else into.set(patch.bytes.subarray(from - patch.at, to - patch.at), from - at);
      }
    },
    close: () => source.close(),
  };
}
