import { ImageError } from "../../errors";
import type { ImageLayer, Run } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import type { Chunk } from "./block-table";
import { compressedRun } from "./compressed-chunk";
import { dmgError } from "./dmg-error";
import type { Koly } from "./koly";

/**
 * The `map` of a disk of `size` bytes in these chunks, which are in order and do not overlap.
 * A run goes on over chunks that are alike; a compressed chunk is a run of its own.
 */
export function createMap(
  source: ByteSource,
  koly: Koly,
  chunks: readonly Chunk[],
  size: number,
): ImageLayer["map"] {
  /** The chunk of the last answer: the next question is mostly about it or its neighbour. */
  let last = 0;

  /** Index of the last chunk that begins at or before `guestAt`; -1 when none does. */
  function find(guestAt: number): number {
    const begins = (index: number): number => chunks[index]?.start ?? Infinity;
    for (const index of [last, last + 1])
      if (begins(index) <= guestAt && guestAt < begins(index + 1)) return index;
    let low = -1;
    let high = chunks.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (begins(middle) <= guestAt) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Refuses a chunk whose bytes do not lie in the file, before its trailer. */
  function requireStored({ at, stored }: Chunk): void {
    if (at + stored <= koly.at) return;
    throw dmgError("truncated", source, at, "a chunk reaches past the file's end", {
      expected: at + stored,
      found: koly.at,
    });
  }

  function runOf(chunk: Chunk, guestAt: number): Run {
    const { kind, start } = chunk;
    const skip = guestAt - start;
    const length = chunk.length - skip;
    if (kind === "zero-fill") return { kind: "zero", length };
    if (kind === "ignore") return { kind: "unallocated", length };
    requireStored(chunk);
    if (kind !== "raw") return compressedRun(source, chunk, skip, length);
    if (chunk.stored !== chunk.length)
      throw dmgError("invalid-table", source, chunk.at, "a raw chunk has an impossible size", {
        expected: chunk.length,
        found: chunk.stored,
      });
    return { kind: "data", length, source, at: chunk.at + skip };
  }

  return (guestAt, max) => {
    const end = Math.min(guestAt + max, size);
    last = find(guestAt);
    const chunk = chunks[last];
    if (chunk === undefined || guestAt >= chunk.start + chunk.length)
      throw dmgError("invalid-table", source, koly.xml.at, "no block table tells of a sector", {
        expected: `a chunk with guest byte ${guestAt}`,
      });
    const first = runOf(chunk, guestAt);
    let until = guestAt + first.length;
    for (let index = last + 1; until < end; index += 1) {
      const next = chunks[index];
      if (next?.start !== until) break;
      const run = attempt(() => runOf(next, until));
      if (run === undefined || !goesOn(first, run, until - guestAt)) break;
      until += run.length;
      last = index;
    }
    return { ...first, length: Math.min(until, end) - guestAt };
  };
}

/** Whether `next` is of `first`'s kind and, stored, follows its first `length` bytes in the file. */
function goesOn(first: Run, next: Run, length: number): boolean {
  if (first.kind === "data") return next.kind === "data" && next.at === first.at + length;
  return first.kind === next.kind && first.kind !== "encoded";
}

/** What `look` yields, or undefined when it meets damage, which is told when it is asked for. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}
