import { ImageError } from "../../../errors";
import type { ByteSource } from "../../../io/source";
import { hasExtendedL2, l2EntriesOf, type Header } from "../header";
import { readL1Table } from "../l1-table";
import { repairHint, type RefcountStore } from "./refcount-store";

/**
 * Passes when every table of the image counts as used: who hands out clusters by refcounts that are
 * wrong there would write over them. Data is not looked at; a check does that.
 * @throws ImageError `invalid-table` with the mend.
 */
export function requireCounted(file: ByteSource, header: Header, refcounts: RefcountStore): void {
  const { clusterSize } = header;

  function mustCount(name: string, at: number, length: number): void {
    for (let byte = at; byte < at + length; byte += clusterSize) {
      if (refcounts.get(Math.floor(byte / clusterSize)) > 0) continue;
      throw new ImageError(
        "invalid-table",
        `${file.name}: the ${name} at byte ${byte} counts as unused`,
        { file: file.name, at: byte, expected: "a refcount of 1 or more", hint: repairHint },
      );
    }
  }

  mustCount("header", 0, clusterSize);
  mustCount(
    "refcount table",
    header.refcountTableOffset,
    header.refcountTableClusters * clusterSize,
  );
  for (const at of refcounts.table) if (at !== 0) mustCount("refcount block", at, clusterSize);
  mustCount("L1 table", header.l1TableOffset, header.l1Size * 8);
  if (header.nbSnapshots > 0) mustCount("snapshot table", header.snapshotsOffset, 1);
  const l1 = readL1Table(file, header);
  const perEntry = l2EntriesOf(clusterSize, hasExtendedL2(header)) * clusterSize;
  const entries = Math.ceil(header.size / perEntry);
  for (let i = l1.nextUsed(0, entries); i < entries; i = l1.nextUsed(i + 1, entries))
    mustCount("L2 table", l1.l2TableOffset(i), clusterSize);
}
