import type { Shares } from "./shares";

/** Where a state of the disk most likely came from. */
export interface Parent {
  /** A state before it; null when it came from none that is there. */
  readonly index: number | null;
  /** 0 to 1: how much better it fits than any other. */
  readonly confidence: number;
}

/** What is known of the states besides what they share. */
export interface Circumstances {
  /** By state, in seconds; undefined for the active disk. */
  readonly dates: readonly (number | undefined)[];
  /** Whether a discarded cluster leaves zeros behind, as it does from version 3 on. */
  readonly discardsLeaveZeros: boolean;
}

/**
 * Works out from which earlier state each one came. What is written to a disk goes to clusters that
 * nobody else has: a state shares more with its parent than with any state before or beside that one,
 * and all that it holds besides was written after the parent. So a state is no parent of one that holds
 * something older which it lacks, or that knows nothing of a cluster which it has.
 */
export function parentsOf(shares: Shares, { dates, discardsLeaveZeros }: Circumstances): Parent[] {
  return [...dates.keys()].map((state) => {
    const possible = Array.from({ length: state }, (_, index) => index).filter(
      (index) =>
        shares.firstHolder(state, index) >= index &&
        (!discardsLeaveZeros || shares.missing(state, index) === 0),
    );
    const ranked = possible
      .map((index) => ({ index, differing: shares.differing(state, index) }))
      // Of equals, the later one: unless one goes back, snapshots follow one another.
      .sort((a, b) => a.differing - b.differing || b.index - a.index);
    const [best, second] = ranked;
    if (best === undefined) return { index: null, confidence: state === 0 ? 1 : 0.6 };
    const { index, differing } = best;
    if (differing > 0 && shares.shared(state, index) === 0) return { index: null, confidence: 0.5 };
    const margin = second === undefined ? 1 : 1 - differing / Math.max(1, second.differing);
    const [own, its] = [dates[state], dates[index]];
    const inOrder = own === undefined || its === undefined || its <= own;
    return { index, confidence: (0.5 + margin / 2) * (inOrder ? 1 : 0.5) };
  });
}
