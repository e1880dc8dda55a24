import type { ByteTarget } from "../../io/source";
import { zeroRange } from "../../io/zero-range";
import type { RepairResult } from "../format";
import { checkVhdx } from "./check";
import { readHeader } from "./header";
import { writeNextHeader } from "./next-header";
import { readRegions, regionTableOffsets, regionTableSize } from "./region-table";
import { replayLog } from "./replay";

/**
 * Writes down what the log holds and empties it, and makes a damaged header or region table anew from
 * the other one. The log is emptied only when all of it is on the disk: until then it can be replayed again.
 * Blocks that overlap or are missing stay as they are.
 * @throws ImageError as `checkVhdx`, `corrupt-data` for a log that cannot be replayed, `io`.
 */
export function repairVhdx(file: ByteTarget, mode: "leaks" | "all"): RepairResult {
  const before = checkVhdx(file);
  const { header, otherDamaged } = readHeader(file);
  const replayed = mode === "all" ? replayLog(file, header) : undefined;
  if (replayed === undefined) return { before, after: before };
  const { patches, entries, source } = replayed;
  for (const { at, end, bytes } of patches)
    if (bytes === undefined) zeroRange(file, at, end - at);
    else file.write(at, bytes);
  if (source.size > file.size) file.truncate(source.size);
  if (entries > 0) file.flush();
  const restored = restoreRegionTable(file);
  if (entries > 0 || otherDamaged) writeNextHeader(file, header, { disk: false });
  const mended = entries > 0 || otherDamaged || restored;
  return { before, after: mended ? checkVhdx(file) : before };
}

/** Copies the region table that is whole over one that is not; tells whether there was one. */
function restoreRegionTable(file: ByteTarget): boolean {
  const { otherDamaged, metadata } = readRegions(file);
  if (!otherDamaged) return false;
  const from = regionTableOffsets.findLast((at) => at <= metadata.saidAt) ?? regionTableOffsets[0];
  const bytes = new Uint8Array(regionTableSize);
  file.read(from, bytes);
  for (const at of regionTableOffsets) if (at !== from) file.write(at, bytes);
  file.flush();
  return true;
}
