import type { FactWords, LayerFacts } from "../../../../shared/model/facts";
import { detail, wordedDetail } from "../details";
import type { FoundHeader } from "./header";
import type { Metadata } from "./metadata";
import type { Regions } from "./region-table";

/** The parts of an opened image that its facts are made of. */
export interface ImageParts {
  readonly creator: string;
  readonly found: FoundHeader;
  readonly regions: Regions;
  readonly metadata: Metadata;
  /** Log entries that were replayed. */
  readonly replayed: number;
}

type Details = LayerFacts["details"];

/** What an image tells of itself. qemu-img prints no format-specific data for VHDX. */
export function factsOf(parts: ImageParts): LayerFacts {
  const { creator, found, regions, metadata, replayed } = parts;
  const { virtualDiskId, physicalSectorSize, parentLocator } = metadata;
  const details: Details = [
    wordedDetail("subformat", subformatOf(metadata)),
    ...(creator === "" ? [] : [detail("creator", creator)]),
    detail("logical-sector-size", metadata.logicalSectorSize, { unit: "bytes" }),
    ...(physicalSectorSize === undefined
      ? []
      : [detail("physical-sector-size", physicalSectorSize, { unit: "bytes" })]),
    ...(virtualDiskId === undefined ? [] : [{ name: "VirtualDiskId", value: virtualDiskId }]),
    { name: "FileWriteGuid", value: found.header.fileWriteGuid },
    { name: "DataWriteGuid", value: found.header.dataWriteGuid },
    ...[...(parentLocator ?? [])].map(([name, value]) => ({ name, value })),
    ...(replayed === 0 ? [] : [detail("log-entries-replayed", replayed)]),
    ...(found.otherDamaged ? [wordedDetail("header", "one-copy-damaged")] : []),
    ...(regions.otherDamaged ? [wordedDetail("region-table", "one-copy-damaged")] : []),
  ];
  return {
    version: "1",
    clusterSize: metadata.blockSize,
    unit: "block",
    // As in qemu-img: a log that waits for its replay.
    ...(replayed > 0 && { dirty: true }),
    snapshots: [],
    bitmaps: [],
    details,
  };
}

function subformatOf({ hasParent, leaveBlocksAllocated }: Metadata): FactWords {
  if (hasParent) return "differencing";
  return leaveBlocksAllocated ? "fixed" : "dynamic";
}
