import type { CheckResult } from "../../../../shared/model/check";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import { createFindings, requireCheckable, resultOf, type Findings } from "../findings";
import {
  bitmapIndex,
  createTable,
  payloadIndex,
  presentState,
  type BlockAllocationTable,
} from "./block-allocation-table";
import { headerOffsets, readHeader, type Header } from "./header";
import { readMetadata, type Metadata } from "./metadata";
import { readRegions, regionTableOffsets, type Regions } from "./region-table";
import { replayLog } from "./replay";
import { mebibyte } from "./sizes";

/**
 * Checks a VHDX image as it is once its log was replayed: both headers and region tables, the metadata,
 * and that every block lies in the file and over nothing else.
 * @throws ImageError as `readHeader`, and `io`.
 */
export function checkVhdx(file: ByteSource): CheckResult {
  const findings = createFindings();
  const { header, otherDamaged } = readHeader(file);
  if (otherDamaged) findings.add("note", other(headerOffsets, header.at), "header-damaged");
  let counted = { imageEndOffset: file.size, totalClusters: 0, allocatedClusters: 0, dirty: false };
  try {
    const { source, entries } = replayLog(file, header);
    if (entries > 0)
      findings.add("note", header.logOffset, "log-not-replayed", () => ({ entries }));
    const regions = readRegions(source);
    if (regions.otherDamaged) findings.add("note", regionTableOffsets[0], "region-table-damaged");
    const disk = readMetadata(source, regions.metadata);
    const table = createTable(source, regions.bat, disk);
    const blocks = checkBlocks(source, { header, regions, disk, table }, findings);
    counted = { ...blocks, dirty: entries > 0 };
  } catch (error) {
    if (!(error instanceof ImageError) || error.code === "io") throw error;
    findings.addUnreadable(error, file.name);
  }
  return resultOf(findings, counted);
}

const other = (places: readonly number[], at: number): number =>
  places.find((each) => each !== at) ?? at;

/** The parts of an image that its blocks must not lie over. */
interface Parts {
  readonly header: Header;
  readonly regions: Regions;
  readonly disk: Metadata;
  readonly table: BlockAllocationTable;
}

/** As many as a disk of 64 TiB has in blocks of 16 MiB. */
const mostBlocks = 2 ** 22;

/** A block of the disk, or a sector bitmap block, and where it lies. */
interface Place {
  readonly kind: "block" | "sectorBitmap";
  readonly number: number;
  readonly entryAt: number;
  readonly at: number;
  readonly length: number;
}

function checkBlocks(source: ByteSource, parts: Parts, findings: Findings) {
  const { header, regions, disk } = parts;
  const places = placesOf(source, parts, findings);
  const reserved = [
    { id: "block-over-headers", offset: 0, length: mebibyte },
    { id: "block-over-log", offset: header.logOffset, length: header.logLength },
    { id: "block-over-bat", ...regions.bat },
    { id: "block-over-metadata", ...regions.metadata },
  ] as const;
  places.sort((a, b) => a.at - b.at);
  for (const [index, place] of places.entries()) {
    const { kind, number, at, length, entryAt } = place;
    const end = at + length;
    const over = reserved.find((part) => at < part.offset + part.length && end > part.offset);
    const next = places[index + 1];
    const isBlock = kind === "block";
    if (over !== undefined) {
      const id = isBlock ? over.id : "sector-bitmap-overlaps";
      findings.add("corruption", entryAt, id, () => ({ number, offset: over.offset }));
    } else if (end > source.size) {
      const id = isBlock ? "block-past-end" : "sector-bitmap-past-end";
      findings.add("corruption", entryAt, id, () => ({ number, offset: at }));
    }
    if (next !== undefined && end > next.at) addOverlap(place, next, findings);
  }
  const ends = reserved.map(({ offset, length }) => offset + length);
  return {
    imageEndOffset: Math.max(...ends, ...places.slice(-1).map(({ at, length }) => at + length)),
    totalClusters: Math.ceil(disk.virtualDiskSize / disk.blockSize),
    allocatedClusters: places.filter(
      ({ length }) => length !== mebibyte || disk.blockSize === mebibyte,
    ).length,
  };
}

/** @param next Lies behind `place` and begins in it. */
function addOverlap(place: Place, next: Place, findings: Findings): void {
  if (place.kind === "block" && next.kind === "block") {
    const values = () => ({ number: place.number, other: next.number });
    findings.add("corruption", next.entryAt, "blocks-overlap", values);
    return;
  }
  const { number } = place.kind === "block" ? next : place;
  const values = () => ({ number, offset: next.at });
  findings.add("corruption", next.entryAt, "sector-bitmap-overlaps", values);
}

/** Every block with a place; entries that no state allows are told. */
function placesOf(source: ByteSource, { disk, table }: Parts, findings: Findings): Place[] {
  const { layout } = table;
  const { payloadBlocks, chunkRatio } = layout;
  const places: Place[] = [];
  for (let block = 0; block < payloadBlocks; block += table.alike(block, payloadBlocks)) {
    const count = table.alike(block, payloadBlocks);
    const kind = table.kind(payloadIndex(layout, block));
    if (kind === "unallocated" || kind === "zero") continue;
    requireCheckable(source.name, places.length + count, mostBlocks);
    for (let each = block; each < block + count; each += 1) {
      const index = payloadIndex(layout, each);
      const entryAt = table.entryAt(index);
      const allowed = kind === "data" || (kind === "partial" && disk.hasParent);
      if (!allowed)
        findings.add("corruption", entryAt, "block-state", () => ({
          number: each,
          state: table.state(index),
        }));
      else
        places.push({
          kind: "block",
          number: each,
          entryAt,
          at: table.fileOffset(index),
          length: disk.blockSize,
        });
    }
  }
  const chunks = disk.hasParent ? Math.ceil(payloadBlocks / chunkRatio) : 0;
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    const index = bitmapIndex(layout, chunk);
    if (table.state(index) !== presentState) continue;
    const at = table.fileOffset(index);
    places.push({
      kind: "sectorBitmap",
      number: chunk,
      entryAt: table.entryAt(index),
      at,
      length: mebibyte,
    });
  }
  return places;
}
