import { ImageError } from "../../../errors";
import { limits } from "../header";
import type { ImageTables, L1Place } from "../change/image";
import { snapshotTableLength } from "../change/snapshot-table";
import type { Findings } from "../../findings";
import { markBitmaps } from "./bitmap-tables";
import type { References } from "./references";
import { readPadded } from "./stored-refcounts";

/** How many L1 entries lead to an L2 table: of the active one, and of all; and the first such entry. */
export interface TableUses {
  active: number;
  total: number;
  readonly l1Index: number;
}

/** Entries of all L1 tables together: more is no image but an attack. */
const mostEntries = 2 ** 28;

/**
 * Marks all that is found without reading an L2 table: header, L1 tables, snapshot table,
 * encryption header, bitmaps, but not the refcounts. The answer is which L2 tables there are, by byte offset.
 * @throws ImageError `limit`, `io`.
 */
export function markTables(
  image: ImageTables,
  references: References,
  findings: Findings,
): Map<number, TableUses> {
  const { file, header, snapshots, extensions } = image;
  const { clusterSize } = header;
  const tables = new Map<number, TableUses>();
  let entries = 0;

  function markL1({ l1TableOffset, l1Size }: L1Place, active: number): void {
    if (l1Size === 0) return;
    entries += l1Size;
    if (entries > mostEntries) throw tooManyEntries(file.name);
    references.mark(l1TableOffset, l1Size * 8, 1);
    const bytes = new Uint8Array(l1Size * 8);
    readPadded(file, l1TableOffset, bytes);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < bytes.length; at += 8) {
      const high = view.getUint32(at);
      const low = view.getUint32(at + 4);
      if (high === 0 && low === 0) continue;
      const saidAt = l1TableOffset + at;
      if ((high & 0x7f000000) !== 0 || (low & 0x1ff) !== 0)
        findings.add("corruption", saidAt, "l1-reserved-bits");
      const offset = (high & 0x00ffffff) * 2 ** 32 + ((low & 0xfffffe00) >>> 0);
      references.mark(offset, clusterSize, 1);
      if (offset % clusterSize !== 0)
        findings.add("corruption", saidAt, "l2-table-unaligned", () => ({ offset }));
      const uses = tables.get(offset);
      if (uses === undefined) tables.set(offset, { active, total: 1, l1Index: at / 8 });
      else {
        uses.active += active;
        uses.total += 1;
      }
    }
  }

  references.mark(0, clusterSize, 1);
  markL1(header, 1);
  for (const snapshot of snapshots) {
    const { name, l1TableOffset, l1Size } = snapshot;
    const unaligned = l1TableOffset % clusterSize !== 0;
    if (unaligned || l1Size * 8 > limits.l1Table) {
      const id = unaligned ? "snapshot-l1-unaligned" : "snapshot-l1-too-large";
      findings.add("corruption", header.snapshotsOffset, id, () => ({ name }));
      continue;
    }
    markL1(snapshot, 0);
  }
  references.mark(header.snapshotsOffset, snapshotTableLength(snapshots), 1);
  const { encryptionHeader } = extensions;
  if (encryptionHeader) references.mark(encryptionHeader.offset, encryptionHeader.length, 1);
  markBitmaps(image, references, findings);
  return tables;
}

function tooManyEntries(file: string): ImageError {
  return new ImageError("limit", `${file}: its snapshots have too many L1 entries to be checked`, {
    file,
    expected: `at most ${mostEntries}`,
  });
}
