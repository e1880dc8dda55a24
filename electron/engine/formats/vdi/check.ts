import type { CheckResult } from "../../../../shared/model/check";
import type { ByteSource } from "../../io/source";
import { createFindings, requireCheckable, resultOf } from "../findings";
import { createBlockMap, zeroEntry } from "./block-map";
import { entrySize, readHeader } from "./header";

/** Entries of the map that are looked at, at most: as many as 32 TiB in blocks of 1 MiB have. */
const mostBlocks = 2 ** 25;

/**
 * Checks the block map of a VDI image: every block in the file, no two at one place, and as many as
 * the header says.
 * @throws ImageError as `readHeader`, `limit` for a map with more than 2^25 entries.
 */
export function checkVdi(source: ByteSource): CheckResult {
  const header = readHeader(source);
  const { cBlocks, cBlocksAllocated, cbBlock, cbBlockExtra, offBlocks, offData } = header;
  const findings = createFindings();
  const map = createBlockMap(source, header);
  const step = cbBlock + cbBlockExtra;
  // The last block may end with the disk.
  const slots = Math.min(cBlocks, Math.ceil(Math.max(0, source.size - offData) / step));
  // A hole behind the header can pass for a map of any length.
  requireCheckable(source.name, cBlocks, mostBlocks);
  const users = new Uint32Array(slots);
  let allocated = 0;
  let last = -1;
  for (let block = 0; block < cBlocks; block += 1) {
    const slot = map.entry(block);
    if (slot >= zeroEntry) continue;
    const at = offBlocks + block * entrySize;
    const offset = offData + slot * step;
    const other = users[slot];
    if (slot < cBlocks) allocated += 1;
    if (other === undefined) {
      findings.add("corruption", at, "block-past-end", () => ({ number: block, offset }));
      continue;
    }
    if (other > 0) {
      const values = () => ({ number: block, other: other - 1, offset });
      findings.add("corruption", at, "block-shared", values);
    } else users[slot] = block + 1;
    last = Math.max(last, slot);
  }
  if (allocated !== cBlocksAllocated)
    findings.add(
      "corruption",
      header.version.startsWith("0.") ? 368 : 388,
      "block-count-differs",
      () => ({ told: cBlocksAllocated, found: allocated }),
    );
  return resultOf(findings, {
    imageEndOffset: offData + (last + 1) * step,
    totalClusters: cBlocks,
    allocatedClusters: allocated,
  });
}
