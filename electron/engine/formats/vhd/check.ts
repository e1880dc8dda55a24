import type { CheckResult } from "../../../../shared/model/check";
import type { ByteSource, ByteTarget } from "../../io/source";
import { createFindings, requireCheckable, resultOf, type Findings } from "../findings";
import type { RepairResult } from "../format";
import { bitmapSize, createTable } from "./block-allocation-table";
import { entrySize, headerSize, readDynamicHeader } from "./dynamic-header";
import { findFooter, type FoundFooter } from "./find-footer";
import { footerSize, hasRightChecksum, readFooter, sectorSize, type Footer } from "./footer";
import { sizeOf } from "./size-rule";

/** As many as the largest disk has in blocks of 512 KiB. */
const mostBlocks = 2 ** 22;

/**
 * Checks a VHD image: the footer, its copy, the dynamic disk header, and that every block of the table
 * lies in the file and no two overlap.
 * @throws ImageError as `findFooter`, `readFooter` and `readDynamicHeader`.
 */
export function checkVhd(source: ByteSource): CheckResult {
  const findings = createFindings();
  const found = findFooter(source);
  const footer = readFooter(found.bytes, source.name, found.at);
  const { size } = sizeOf(footer);
  if (found.damage !== undefined)
    findings.add("corruption", source.size - footerSize, found.damage);
  if (footer.diskType === "fixed") {
    if (found.dataEnd < size)
      findings.add("corruption", found.dataEnd, "file-cut-off", () => ({ size }));
    return resultOf(findings, {
      imageEndOffset: found.dataEnd,
      totalClusters: 0,
      allocatedClusters: 0,
    });
  }
  checkCopy(source, found, findings);
  return checkBlocks(source, found, { footer, size }, findings);
}

function bytesAt(source: ByteSource, at: number): Uint8Array {
  const bytes = new Uint8Array(footerSize);
  source.read(at, bytes);
  return bytes;
}

/** Holds the copy at the file's beginning against the footer that counts. */
function checkCopy(
  source: ByteSource,
  { bytes, at, damage }: FoundFooter,
  findings: Findings,
): void {
  if (at === 0 || damage !== undefined) return;
  const copy = bytesAt(source, 0);
  if (!hasRightChecksum(copy)) findings.add("corruption", 0, "footer-copy-damaged");
  else if (copy.some((byte, index) => byte !== bytes[index]))
    findings.add("corruption", 0, "footer-copy-differs");
}

function checkBlocks(
  source: ByteSource,
  { dataEnd }: FoundFooter,
  { footer, size }: { footer: Footer; size: number },
  findings: Findings,
): CheckResult {
  const header = readDynamicHeader(source, footer, size);
  const { tableOffset, maxTableEntries, blockSize } = header;
  const headerAt = Number(footer.dataOffset);
  if (header.checksumWrong) findings.add("corruption", headerAt, "dynamic-header-checksum");
  const table = createTable(source, header);
  const bitmap = bitmapSize(blockSize);
  const places: { block: number; at: number }[] = [];
  for (let block = 0; block < maxTableEntries; block += 1) {
    block = table.nextUsed(block, maxTableEntries);
    if (block === maxTableEntries) break;
    requireCheckable(source.name, places.length, mostBlocks);
    places.push({ block, at: table.entry(block) * sectorSize });
  }
  const entryAt = (block: number): number => tableOffset + block * entrySize;
  // The last block of a disk may end with it.
  const lengthOf = (block: number): number =>
    bitmap + Math.min(blockSize, Math.max(0, size - block * blockSize));
  const reserved = [
    { id: "block-over-footer-copy", from: 0, to: footerSize },
    { id: "block-over-dynamic-header", from: headerAt, to: headerAt + headerSize },
    { id: "block-over-table", from: tableOffset, to: entryAt(maxTableEntries) },
  ] as const;
  places.sort((a, b) => a.at - b.at);
  for (const [index, { block, at }] of places.entries()) {
    const end = at + lengthOf(block);
    const next = places[index + 1];
    const over = reserved.find(({ from, to }) => at < to && end > from);
    if (end > dataEnd)
      findings.add("corruption", entryAt(block), "block-past-end", () => ({
        number: block,
        offset: at,
      }));
    else if (over !== undefined)
      findings.add("corruption", entryAt(block), over.id, () => ({ number: block }));
    if (next !== undefined && end > next.at)
      findings.add("corruption", entryAt(next.block), "blocks-overlap", () => ({
        number: block,
        other: next.block,
      }));
  }
  return resultOf(findings, {
    imageEndOffset: Math.max(
      entryAt(maxTableEntries),
      ...places.slice(-1).map(({ block, at }) => at + lengthOf(block)),
    ),
    totalClusters: Math.ceil(size / blockSize),
    allocatedClusters: places.length,
  });
}

/**
 * Writes the footer from its copy, or the copy from the footer: whichever is whole, and the footer where
 * both are. Blocks that overlap or are missing stay as they are.
 * @throws ImageError as `checkVhd`, `io`.
 */
export function repairVhd(file: ByteTarget, mode: "leaks" | "all"): RepairResult {
  const before = checkVhd(file);
  const found = findFooter(file);
  const { diskType } = readFooter(found.bytes, file.name, found.at);
  const isWhole = hasRightChecksum(found.bytes);
  if (mode === "leaks" || before.corruptions === 0 || !isWhole || diskType === "fixed")
    return { before, after: before };
  if (found.damage !== undefined) file.write(endOf(file, found), found.bytes);
  else file.write(0, found.bytes);
  file.flush();
  return { before, after: checkVhd(file) };
}

/** Where the footer belongs: where the damaged one lies, or in the sector behind all. */
function endOf({ size }: ByteTarget, { dataEnd }: FoundFooter): number {
  return Math.ceil((dataEnd < size ? dataEnd : size) / sectorSize) * sectorSize;
}
