import { putFields } from "../../codec/fields";
import type { ByteTarget } from "../../io/source";
import type { RepairResult } from "../format";
import { checkVmdk } from "./check";
import type { Gate } from "./described-extents";
import { readHostedHeader, type HostedHeader } from "./hosted-header";
import { sectorSize } from "./sector";
import { signatureOf } from "./signature";
import { errorAt, isWithin } from "./vmdk-error";

const entrySize = 4;

/**
 * Gives a grain directory of a sparse file a copy of each table that only the other directory still
 * leads to. The copy is on the disk, behind all that is there, before the directory names it. Tables that
 * differ, and grains that overlap or are missing, stay as they are; where some are missing nothing is written,
 * as it might lie where they lay.
 * @throws ImageError as `checkVmdk`, `io`.
 */
export function repairVmdk(file: ByteTarget, mode: "leaks" | "all", gate: Gate): RepairResult {
  const before = checkVmdk(file, gate);
  const mended = mode === "all" && before.corruptions > 0 && mendDirectories(file);
  return { before, after: mended ? checkVmdk(file, gate) : before };
}

/** Mends both directories by each other; tells whether there was anything to mend. */
function mendDirectories(file: ByteTarget): boolean {
  if (signatureOf(file) !== "KDMV") return false;
  const header = readHostedHeader(file);
  const { directory, redundantDirectory, capacity, grainSize, entriesPerTable } = header;
  if (typeof directory !== "number" || redundantDirectory === 0) return false;
  const tables = Math.ceil(Math.ceil(capacity / grainSize) / entriesPerTable);
  const length = entriesPerTable * entrySize;
  const directories = [directory, redundantDirectory];
  if (directories.some((at) => !isWithin(file, at, tables * entrySize))) return false;
  const copies: Copy[] = [];
  for (let index = 0; index < tables; index += 1) {
    const places = directories.map((at) => tableAt(file, at + index * entrySize));
    const isThere = places.map((at) => at > sectorSize && isWithin(file, at, length));
    const whole = isThere.indexOf(true);
    if (whole < 0) continue;
    const from = places[whole] ?? 0;
    if (namesLostGrain(file, header, { from, length, index })) return false;
    const lost = places.findIndex((at, nth) => at > 0 && isThere[nth] === false);
    const entryAt = (directories[lost] ?? 0) + index * entrySize;
    if (lost >= 0) copies.push({ from, length, entryAt });
  }
  for (const copy of copies) appendCopy(file, copy);
  return copies.length > 0;
}

/** Whether grain table `index`, of `length` bytes at `from`, names a grain past the file's end. */
function namesLostGrain(
  file: ByteTarget,
  { capacity, grainSize, entriesPerTable, isCompressed }: HostedHeader,
  { from, length, index }: { from: number; length: number; index: number },
): boolean {
  const bytes = new Uint8Array(length);
  file.read(from, bytes);
  const table = new DataView(bytes.buffer);
  for (let entry = 0; entry < entriesPerTable; entry += 1) {
    const at = table.getUint32(entry * entrySize, true) * sectorSize;
    const left = capacity - (index * entriesPerTable + entry) * grainSize;
    // Of a compressed grain only its beginning is known. What is no place is a sector of 0 or 1.
    const stored = isCompressed ? 1 : Math.min(grainSize, left);
    if (left > 0 && at > sectorSize && !isWithin(file, at, stored)) return true;
  }
  return false;
}

function tableAt(file: ByteTarget, at: number): number {
  const entry = new Uint8Array(entrySize);
  file.read(at, entry);
  return new DataView(entry.buffer).getUint32(0, true) * sectorSize;
}

/** A table of `length` bytes at `from`, and the directory entry that is to name its copy. */
interface Copy {
  readonly from: number;
  readonly length: number;
  readonly entryAt: number;
}

/** Copies a table behind all that is there, and then names it in a directory. */
function appendCopy(file: ByteTarget, { from, length, entryAt }: Copy): void {
  const to = Math.ceil(file.size / sectorSize);
  if (to >= 2 ** 32)
    throw errorAt("limit", file, entryAt, "there is no place for a table that 32 bits can name");
  const table = new Uint8Array(Math.ceil(length / sectorSize) * sectorSize);
  file.read(from, table.subarray(0, length));
  file.write(to * sectorSize, table);
  file.flush();
  const entry = new Uint8Array(entrySize);
  putFields(entry, "little").u32(0, to);
  file.write(entryAt, entry);
  file.flush();
}
