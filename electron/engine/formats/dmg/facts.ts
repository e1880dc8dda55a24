import type { LayerFacts } from "../../../../shared/model/facts";
import type { BlockTable, Chunk } from "./block-table";
import { isCompressed } from "./chunk-kind";
import type { Koly } from "./koly";

/** ImageVariant. */
const variants: Readonly<Record<number, string>> = { 1: "device", 2: "partition" };

/** What an image tells of itself. qemu-img prints no format-specific data for DMG. */
export function factsOf(
  koly: Koly,
  tables: readonly BlockTable[],
  chunks: readonly Chunk[],
): LayerFacts {
  const counts = new Map<string, number>();
  for (const { kind } of chunks) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const methods = new Set(chunks.map(({ kind }) => kind).filter(isCompressed));
  return {
    version: "4",
    ...(methods.size > 0 && { compression: [...methods].join(", ") }),
    snapshots: [],
    bitmaps: [],
    details: [
      { name: "ImageVariant", value: variants[koly.imageVariant] ?? koly.imageVariant },
      { name: "Flags", value: `0x${koly.flags.toString(16)}` },
      ...(/[^0]/.test(koly.segmentId) ? [{ name: "SegmentID", value: koly.segmentId }] : []),
      { name: "SectorCount", value: koly.sectorCount },
      ...tables.map(({ name }) => ({ name: "block table", value: name })),
      ...[...counts].map(([kind, count]) => ({ name: `${kind} chunks`, value: count })),
    ],
  };
}
