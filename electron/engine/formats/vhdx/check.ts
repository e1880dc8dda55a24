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
  if (otherDamaged)
    findings.add(
      "note",
      other(headerOffsets, header.at),
      () => "One of the two headers is damaged",
    );
  let counted = { imageEndOffset: file.size, totalClusters: 0, allocatedClusters: 0, dirty: false };
  try {
    const { source, entries } = replayLog(file, header);
    if (entries > 0) {
      const text = () => `The file was not closed: its log holds ${entries} entries to be replayed`;
      findings.add("note", header.logOffset, text);
    }
    const regions = readRegions(source);
    if (regions.otherDamaged)
      findings.add("note", regionTableOffsets[0], () => "One of the two region tables is damaged");
    const disk = readMetadata(source, regions.metadata);
    const table = createTable(source, regions.bat, disk);
    const blocks = checkBlocks(source, { header, regions, disk, table }, findings);
    counted = { ...blocks, dirty: entries > 0 };
  } catch (error) {
    if (!(error instanceof ImageError) || error.code === "io") throw error;
    const { message, at = 0 } = error;
    findings.add("error", at, () => message.replace(`${file.name}: `, ""));
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
  readonly name: string;
  readonly entryAt: number;
  readonly at: number;
  readonly length: number;
}

function checkBlocks(source: ByteSource, parts: Parts, findings: Findings) {
  const { header, regions, disk } = parts;
  const places = placesOf(source, parts, findings);
  const reserved = [
    { what: "the headers", offset: 0, length: mebibyte },
    { what: "the log", offset: header.logOffset, length: header.logLength },
    { what: "the BAT", ...regions.bat },
    { what: "the metadata", ...regions.metadata },
  ];
  places.sort((a, b) => a.at - b.at);
  for (const [index, { name, at, length, entryAt }] of places.entries()) {
    const end = at + length;
    const over = reserved.find((part) => at < part.offset + part.length && end > part.offset);
    const next = places[index + 1];
    if (over !== undefined)
      findings.add("corruption", entryAt, () => `${name} lies over ${over.what}`);
    else if (end > source.size)
      findings.add(
        "corruption",
        entryAt,
        () => `${name} lies past the end of the file, at byte ${at}`,
      );
    if (next !== undefined && end > next.at)
      findings.add("corruption", next.entryAt, () => `${name} and ${next.name} overlap`);
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
        findings.add(
          "corruption",
          entryAt,
          () => `Block ${each} is in state ${table.state(index)}, which it cannot be in`,
        );
      else
        places.push({
          name: `Block ${each}`,
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
      name: `Sector bitmap ${chunk}`,
      entryAt: table.entryAt(index),
      at,
      length: mebibyte,
    });
  }
  return places;
}
