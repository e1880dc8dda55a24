import { ImageError } from "../../errors";
import type { ImageLayer, Run } from "../../image/layer";
import type { SourceOfData } from "../../io/legacy-aes";
import { pastEndOf } from "../../io/past-end";
import type { ByteSource } from "../../io/source";
import { compressedFlag, compressedPlace, readCompressed } from "./compressed";
import { createEntries } from "./entries";
import { entrySize, type Header } from "./header";

/** A stretch of one kind. */
type Stretch = { readonly length: number } & (
  | { readonly kind: "unallocated" }
  | { readonly kind: "data"; readonly host: number }
  | { readonly kind: "compressed"; readonly entryAt: number }
);

/**
 * The `map` of a qcow layer: L1 table, L2 table, cluster, read as they are needed. A run goes on over
 * clusters that are alike: absent, or side by side in the file. Data that the file ends before is an
 * error, save in the file's last cluster, whose missing bytes read as zeros, as in qemu.
 * @param sourceAt What data is read from: the file, or what decrypts it.
 */
export function createMap(
  source: ByteSource,
  header: Header,
  sourceAt: SourceOfData,
): ImageLayer["map"] {
  const { size, clusterSize, clusterBits, l2Size, l1Size, l1TableOffset } = header;
  const guestPerTable = l2Size * clusterSize;
  const entries = createEntries(source);

  /** Bytes from the guest offset on for which L1 entries are empty; looks no further than `end`. */
  function emptyTables(l1Index: number, end: number): number {
    const most = Math.min(l1Size, Math.ceil(end / guestPerTable)) - l1Index;
    return entries.alike(l1TableOffset + l1Index * entrySize, most, 0) * guestPerTable;
  }

  /** What lies at `guestAt`, before `end`. */
  function stretchAt(guestAt: number, end: number): Stretch {
    const l1Index = Math.floor(guestAt / guestPerTable);
    const inTable = guestAt % guestPerTable;
    const l1At = l1TableOffset + l1Index * entrySize;
    const table = entries.high(l1At) * 2 ** 32 + entries.low(l1At);
    if (table === 0) return { kind: "unallocated", length: emptyTables(l1Index, end) - inTable };
    if (table + l2Size * entrySize > source.size)
      throw pastEndOf(source, "L2 table", table, l2Size * entrySize);
    const index = Math.floor(inTable / clusterSize);
    const inCluster = inTable % clusterSize;
    const entryAt = table + index * entrySize;
    const high = entries.high(entryAt);
    const low = entries.low(entryAt);
    if (high >= compressedFlag)
      return { kind: "compressed", entryAt, length: clusterSize - inCluster };
    const cluster = high * 2 ** 32 + low;
    const most = Math.min(l2Size - index, Math.ceil((end - guestAt + inCluster) / clusterSize));
    const alike = entries.alike(entryAt, most, cluster === 0 ? 0 : clusterSize);
    const length = alike * clusterSize - inCluster;
    return cluster === 0
      ? { kind: "unallocated", length }
      : { kind: "data", host: cluster + inCluster, length };
  }

  function encodedRun(entryAt: number, guestAt: number, length: number): Run {
    // Streams are stored as they are in an encrypted image, too; qemu opens none without its passphrase.
    sourceAt(0, 0);
    const place = compressedPlace(entries.high(entryAt), entries.low(entryAt), clusterBits);
    const { at, stored } = place;
    if (at + stored > source.size) throw pastEndOf(source, "compressed cluster", at, stored);
    return {
      kind: "encoded",
      length,
      ...place,
      unit: clusterSize,
      skip: guestAt % clusterSize,
      decode: (into) => readCompressed(source, place, into),
    };
  }

  function dataRun(host: number, guestAt: number, length: number): Run {
    const from = sourceAt(guestAt, host);
    if (host < from.size)
      return { kind: "data", length: Math.min(length, from.size - host), source: from, at: host };
    const cluster = host - (guestAt % clusterSize);
    if (cluster >= from.size) throw pastEndOf(source, "data cluster", cluster, clusterSize);
    return { kind: "zero", length: Math.min(length, cluster + clusterSize - host), at: host };
  }

  return (guestAt, max) => {
    const end = Math.min(guestAt + max, size);
    const first = stretchAt(guestAt, end);
    let until = guestAt + first.length;
    while (until < end && first.kind !== "compressed") {
      // A damaged table further on is told when it is asked for.
      const next = attempt(() => stretchAt(until, end));
      if (next?.kind !== first.kind) break;
      const goesOn =
        first.kind === "unallocated" ||
        (next.kind === "data" && next.host === first.host + (until - guestAt));
      if (!goesOn) break;
      until += next.length;
    }
    const length = Math.min(until, end) - guestAt;
    if (first.kind === "unallocated") return { kind: "unallocated", length };
    return first.kind === "data"
      ? dataRun(first.host, guestAt, length)
      : encodedRun(first.entryAt, guestAt, length);
  };
}

/** What `look` yields, or undefined when it meets damage. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}
