import { hasDataFile, hasExtendedL2, type Header } from "./header";

/** Subclusters of a cluster with extended L2 entries. */
export const subclusters = 32;

/** What an L2 entry says from one byte of its cluster on. Filled in place: one is made a million times. */
export interface Stretch {
  kind: "data" | "zero" | "unallocated" | "compressed" | "invalid";
  /** Host offset of the stretch's first byte; -1 where there is none. For "compressed" see the words. */
  host: number;
  /** Guest bytes of the same kind from here on, at most to the cluster's end. */
  length: number;
  /** The entry's upper and lower 32 bits, for "compressed". */
  high: number;
  low: number;
  /** What is wrong, for "invalid". */
  problem: string;
}

/** An empty stretch to be filled. */
export function newStretch(): Stretch {
  return { kind: "unallocated", host: -1, length: 0, high: 0, low: 0, problem: "" };
}

/**
 * Decodes entry `index` of `view` for the byte `inCluster` of its cluster, into `out`.
 * Two 32-bit words instead of one 64-bit BigInt: this is the hot loop of every map.
 */
export type DecodeEntry = (view: DataView, index: number, inCluster: number, out: Stretch) => void;

/** How many bits of `bits` are set without a gap from bit `from` on; 0 <= from <= 31. */
function onesFrom(bits: number, from: number): number {
  const clear = ~(bits >>> from);
  return clear === 0 ? 32 : 31 - Math.clz32(clear & -clear);
}

/**
 * What of a standard entry's words tells kinds and places apart: the compressed flag, the offset, the zero
 * flag; in a data file the COPIED flag too, see `decode`. Signed, as are the words: V8 keeps integers of
 * 32 bits, and makes others numbers of 64.
 */
export const entryMasks = (dataFile: boolean): { readonly high: number; readonly low: number } => ({
  high: dataFile ? ~0x3f000000 : 0x40ffffff,
  low: ~0x1fe,
});

/**
 * How many entries after `index`, of those before `end`, go on as it does: of its kind and, where it has
 * a host offset, one cluster further each. Only for standard (64-bit) entries that are not compressed.
 */
export function entriesAlike(
  view: DataView,
  index: number,
  end: number,
  step: number,
  dataFile: boolean,
): number {
  const { high: highMask, low: lowMask } = entryMasks(dataFile);
  let high = view.getInt32(index * 8) & highMask;
  let low = view.getInt32(index * 8 + 4) & lowMask;
  let i = index + 1;
  for (; i < end; i++) {
    const before = low;
    low = (low + step) | 0;
    // The carry: a low word that was past 2^31 is not any more.
    high += (before & ~low) >>> 31;
    const otherKind = (view.getInt32(i * 8) & highMask) ^ high;
    const otherPlace = (view.getInt32(i * 8 + 4) & lowMask) ^ low;
    if ((otherKind | otherPlace) !== 0) break;
  }
  return i - index - 1;
}

/** The decoder for the image's kind of L2 entries (specification, "L2 table entry", "Extended L2 Entries"). */
export function entryDecoder(header: Header): DecodeEntry {
  const { clusterSize, version } = header;
  const extended = hasExtendedL2(header);
  const dataFile = hasDataFile(header);
  const zeroFlag = extended ? 0 : 1;
  const unaligned = (clusterSize - 1) & ~0x1ff;

  function invalid(out: Stretch, problem: string): void {
    out.kind = "invalid";
    out.host = -1;
    out.problem = problem;
  }

  /** Reads the descriptor; leaves the kind "data", "zero" or "unallocated" as if there were no subclusters. */
  function decode(view: DataView, at: number, inCluster: number, out: Stretch): void {
    const high = view.getUint32(at);
    const low = view.getUint32(at + 4);
    out.length = clusterSize - inCluster;
    if ((high & 0x40000000) !== 0) {
      if (dataFile) return invalid(out, "a data file has no compressed clusters");
      out.kind = "compressed";
      out.host = -1;
      out.high = high;
      out.low = low;
      return;
    }
    if ((low & unaligned) !== 0)
      return invalid(out, "its offset is not a multiple of the cluster size");
    // Bits 9 to 55. Offset 0 is a place only in a data file, where the COPIED bit tells it from none.
    const offset = (high & 0x00ffffff) * 2 ** 32 + ((low & 0xfffffe00) >>> 0);
    const none = offset === 0 && !(dataFile && (high & 0x80000000) !== 0);
    out.host = none ? -1 : offset + inCluster;
    out.kind = none ? "unallocated" : "data";
    if ((low & zeroFlag) !== 0) {
      if (version === 2) return invalid(out, "version 2 has no zero clusters");
      out.kind = "zero";
    }
  }

  if (!extended) return (view, index, inCluster, out) => decode(view, index * 8, inCluster, out);

  const subclusterSize = clusterSize / subclusters;
  return (view, index, inCluster, out) => {
    decode(view, index * 16, inCluster, out);
    if (out.kind === "compressed" || out.kind === "invalid") return;
    const zeros = view.getUint32(index * 16 + 8);
    const allocated = view.getUint32(index * 16 + 12);
    if ((zeros & allocated) !== 0) return invalid(out, "a subcluster is both allocated and zero");
    if (allocated !== 0 && out.kind === "unallocated") {
      return invalid(out, "a subcluster is allocated in a cluster without an offset");
    }
    const first = Math.floor(inCluster / subclusterSize);
    const bit = 1 << first;
    let same = ~(zeros | allocated);
    out.kind = "unallocated";
    if ((zeros & bit) !== 0) {
      same = zeros;
      out.kind = "zero";
    } else if ((allocated & bit) !== 0) {
      same = allocated;
      out.kind = "data";
    } else {
      out.host = -1;
    }
    out.length = (first + onesFrom(same, first)) * subclusterSize - inCluster;
  };
}
