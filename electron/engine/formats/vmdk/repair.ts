import { putFields } from "../../codec/fields";
import type { ByteTarget } from "../../io/source";
import type { RepairResult } from "../format";
import { checkVmdk } from "./check";
import type { Gate } from "./described-extents";
import { readHostedHeader } from "./hosted-header";
import { sectorSize } from "./sector";
import { signatureOf } from "./signature";
import { errorAt, isWithin } from "./vmdk-error";

const entrySize = 4;

/**
 * Gives a grain directory of a sparse file a copy of each table that only the other directory still
 * leads to. The copy is on the disk, behind all that is there, before the directory names it. Tables that
 * differ, and grains that overlap or are missing, stay as they are.
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
  const { directory, redundantDirectory, capacity, grainSize, entriesPerTable } =
    readHostedHeader(file);
  if (typeof directory !== "number" || redundantDirectory === 0) return false;
  const tables = Math.ceil(Math.ceil(capacity / grainSize) / entriesPerTable);
  const length = entriesPerTable * entrySize;
  const directories = [directory, redundantDirectory];
  if (directories.some((at) => !isWithin(file, at, tables * entrySize))) return false;
  let mended = false;
  for (let index = 0; index < tables; index += 1) {
    const places = directories.map((at) => tableAt(file, at + index * entrySize));
    const isThere = places.map((at) => at > sectorSize && isWithin(file, at, length));
    const whole = isThere.indexOf(true);
    const lost = places.findIndex((at, nth) => at > 0 && isThere[nth] === false);
    if (whole < 0 || lost < 0) continue;
    const entryAt = (directories[lost] ?? 0) + index * entrySize;
    appendCopy(file, { from: places[whole] ?? 0, length, entryAt });
    mended = true;
  }
  return mended;
}

function tableAt(file: ByteTarget, at: number): number {
  const entry = new Uint8Array(entrySize);
  file.read(at, entry);
  return new DataView(entry.buffer).getUint32(0, true) * sectorSize;
}

/** Copies a table behind all that is there, and then names it in a directory. */
function appendCopy(
  file: ByteTarget,
  { from, length, entryAt }: { from: number; length: number; entryAt: number },
): void {
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
