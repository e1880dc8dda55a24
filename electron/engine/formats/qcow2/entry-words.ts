import { ImageError } from "../../errors";

/** The upper and lower 32 bits of an L1 entry, or of an L2 entry's descriptor. */
export interface EntryWords {
  readonly high: number;
  readonly low: number;
}

/** Bit 63: the refcount is exactly one. */
const copied = 0x80000000;
/** Bit 62: the cluster is compressed. */
const compressed = 0x40000000;

/** The entry for a table or a cluster that lies at byte `hostOffset` and has no other user. */
export function standardEntry(hostOffset: number): EntryWords {
  return { high: copied + Math.floor(hostOffset / 2 ** 32), low: hostOffset % 2 ** 32 };
}

/** The entry for a cluster at byte `hostOffset` that several guest clusters share. */
export function sharedEntry(hostOffset: number): EntryWords {
  return { high: Math.floor(hostOffset / 2 ** 32), low: hostOffset % 2 ** 32 };
}

/**
 * The entry for a cluster of which `length` compressed bytes lie at byte `at` (specification,
 * "Compressed Clusters Descriptor"); `compressedPlace` decodes it.
 * @throws ImageError `limit` past the offsets that the descriptor can hold.
 */
export function compressedEntry(at: number, length: number, clusterBits: number): EntryWords {
  // x - 32, the offset's share of the upper half.
  const offsetBits = 62 - (clusterBits - 8) - 32;
  const high = Math.floor(at / 2 ** 32);
  if (high >= 2 ** offsetBits) {
    throw new ImageError("limit", "The compressed image gets too long", {
      expected: `at most ${2 ** (32 + offsetBits)} bytes`,
      found: at,
      hint: "Choose a smaller cluster size.",
    });
  }
  const moreSectors = Math.floor((at + length - 1) / 512) - Math.floor(at / 512);
  return { high: compressed + moreSectors * 2 ** offsetBits + high, low: at % 2 ** 32 };
}

/** Whether an L2 entry is one of a compressed cluster. */
export const isCompressed = ({ high }: EntryWords): boolean => (high & compressed) !== 0;
