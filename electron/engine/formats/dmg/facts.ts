import type { FactWords, LayerFacts } from "../../../../shared/model/facts";
import { detail, wordedDetail } from "../details";
import type { BlockTable, Chunk } from "./block-table";
import { isCompressed } from "./chunk-kind";
import type { Koly } from "./koly";

/** ImageVariant. */
const variants: Readonly<Record<number, FactWords>> = { 1: "device", 2: "partition" };

/** What an image tells of itself. qemu-img prints no format-specific data for DMG. */
export function factsOf(
  koly: Koly,
  tables: readonly BlockTable[],
  chunks: readonly Chunk[],
): LayerFacts {
  const counts = new Map<string, number>();
  for (const { kind } of chunks) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const methods = new Set(chunks.map(({ kind }) => kind).filter(isCompressed));
  const variant = variants[koly.imageVariant];
  return {
    version: "4",
    ...(methods.size > 0 && { compression: [...methods].join(", ") }),
    snapshots: [],
    bitmaps: [],
    details: [
      variant === undefined
        ? detail("variant", koly.imageVariant)
        : wordedDetail("variant", variant),
      { name: "Flags", value: `0x${koly.flags.toString(16)}` },
      ...(/[^0]/.test(koly.segmentId) ? [{ name: "SegmentID", value: koly.segmentId }] : []),
      { name: "SectorCount", value: koly.sectorCount },
      ...tables.map(({ name }) => detail("block-table", name)),
      ...[...counts].map(([kind, count]) => detail("chunks", count, { values: { kind } })),
    ],
  };
}
