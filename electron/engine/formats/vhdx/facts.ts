import type { LayerFacts } from "../../../../shared/model/facts";
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
    { name: "subformat", value: subformatOf(metadata) },
    ...(creator === "" ? [] : [{ name: "Creator", value: creator }]),
    { name: "LogicalSectorSize", value: metadata.logicalSectorSize },
    ...(physicalSectorSize === undefined
      ? []
      : [{ name: "PhysicalSectorSize", value: physicalSectorSize }]),
    ...(virtualDiskId === undefined ? [] : [{ name: "VirtualDiskId", value: virtualDiskId }]),
    { name: "FileWriteGuid", value: found.header.fileWriteGuid },
    { name: "DataWriteGuid", value: found.header.dataWriteGuid },
    ...[...(parentLocator ?? [])].map(([name, value]) => ({ name, value })),
    ...(replayed === 0 ? [] : [{ name: "log entries replayed", value: replayed }]),
    ...damaged("header", found.otherDamaged),
    ...damaged("region table", regions.otherDamaged),
  ];
  return {
    version: "1",
    clusterSize: metadata.blockSize,
    // As in qemu-img: a log that waits for its replay.
    ...(replayed > 0 && { dirty: true }),
    snapshots: [],
    bitmaps: [],
    details,
  };
}

function subformatOf({ hasParent, leaveBlocksAllocated }: Metadata): string {
  if (hasParent) return "differencing";
  return leaveBlocksAllocated ? "fixed" : "dynamic";
}

function damaged(name: string, is: boolean): Details {
  return is ? [{ name, value: "one of the two copies is damaged" }] : [];
}
