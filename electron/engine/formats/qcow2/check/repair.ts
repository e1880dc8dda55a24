import type { CheckResult } from "../../../../../shared/model/check";
import { ImageError } from "../../../errors";
import type { ByteTarget } from "../../../io/source";
import type { RepairResult } from "../../format";
import { storeDirectory } from "../change/bitmap-directory";
import { backingOf, rewriteFirstCluster } from "../change/first-cluster";
import { readImageTables, readL1, type ChangeableImage, type ImageTables } from "../change/image";
import type { HeaderFields } from "../change/header-fields";
import { rebuildRefcounts } from "../change/refcount-store";
import { isTableCutOff } from "../change/snapshot-table";
import { moveL1 } from "../change/snapshots";
import { changeImage, type ChangeOptions, type Transaction } from "../change/transaction";
import { settleCopied } from "../change/tree";
import { mostOf } from "../change/refcount-block";
import { incompatible, unknownBits } from "../features";
import type { Header } from "../header";
import { highestCount, markedStretches } from "../change/cluster-counts";
import { soundBitmaps } from "./bitmap-tables";
import { surveyImage, type Surveyed } from "./survey";

/**
 * Repairs an image where it is. "leaks" frees what nobody uses, in an image without other damage: in
 * a damaged one, what looks unused may be all that is left of something. "all" also counts every
 * cluster anew and sets the COPIED flags by that; entries that point nowhere stay as they are, and
 * refcounts that are too narrow get wider; snapshots whose entries lie past the file's end are taken
 * out of their table, and bitmaps that cannot be read out of their directory. What else may be wrong with
 * the snapshot table keeps a repair from anything. When nothing but leaks is left, the image is no longer
 * marked dirty or corrupt.
 * @throws ImageError as `checkQcow2`, `limit` when the refcounts of version 2 are too narrow, `io`.
 */
export function repairQcow2(file: ByteTarget, mode: "leaks" | "all"): RepairResult {
  const survey = surveyImage(file, { keepUses: true });
  const before = survey.result;
  const { corruptions, checkErrors, leaks } = before;
  const damaged = corruptions > 0 || checkErrors > 0;
  // Snapshots that are still there might be found: their clusters must not be given away.
  const keeps = survey.image.lostSnapshots !== undefined && !isTableCutOff(survey.image);
  const rebuilds = damaged && !(mode === "leaks" && isOnlyLeaks(file, survey));
  if (rebuilds && (mode === "leaks" || keeps)) return { before, after: before };
  if (!damaged && leaks === 0 && !isMarked(before)) {
    clearUnknown(file, survey);
    return { before, after: before };
  }
  let flags = 0;
  if (rebuilds) flags = rebuildUntilSettled(file, survey);
  else if (leaks > 0) flags = freeLeaks(file, survey);
  let left = surveyImage(file);
  // A leak behind the end of the file comes to light where the repair has made it longer.
  for (let again = 0; again < mostAgain && !rebuilds && left.result.leaks > 0; again++) {
    freeLeaks(file, left);
    left = surveyImage(file);
  }
  const fewer = withoutFlags(survey) - withoutFlags(left);
  if (isMarked(left.result) && left.result.corruptions === 0 && left.result.checkErrors === 0) {
    unmark(file);
    left = surveyImage(file);
  }
  return { before, after: left.result, mended: Math.max(0, fewer) + flags };
}

/** How often leaks are freed that come to light by freeing others, at most. */
const mostAgain = 8;

/** Whether nothing is wrong but refcounts that are too high, and flags that are right once they are not. */
function isOnlyLeaks(file: ByteTarget, survey: Surveyed): boolean {
  const { checkErrors, leaks } = survey.result;
  if (checkErrors > 0 || leaks === 0 || withoutFlags(survey) > 0) return false;
  return freeLeaks(file, survey, { dry: true }) === 0;
}

const withoutFlags = ({ result, wrongFlags }: Surveyed): number =>
  result.corruptions - wrongFlags.count;

/**
 * Clears the autoclear bits that Lamina does not know, as who opens an image to write does: what they
 * stand for can no longer be relied on.
 */
function clearUnknown(file: ByteTarget, { image: { header } }: Surveyed): void {
  if (unknownBits("autoclear", header.autoclearFeatures).length > 0)
    changeImage(file, header, () => ({ fields: {} }));
}

const isMarked = ({ dirty, corrupt }: CheckResult): boolean => dirty || corrupt;

/** Lowers the refcounts that are too high; every other one is right. The answer is as `settleCopied`'s. */
function freeLeaks(
  file: ByteTarget,
  { image: tables, references, stored }: Surveyed,
  options: ChangeOptions = {},
): number {
  const image: ChangeableImage = { ...tables, file };
  const { header } = image;
  let flags = 0;
  changeImage(
    file,
    header,
    (change) => {
      for (const [first, end] of markedStretches(stored.groups, references.clusters))
        for (let cluster = first; cluster < end; cluster++) {
          const unused = (stored.counts[cluster] ?? 0) - (references.counts[cluster] ?? 0);
          if (unused > 0) change.add(cluster * header.clusterSize, -unused);
        }
      const l1 = readL1(image, header);
      flags = settleCopied(change, image, l1);
      return { fields: moveL1(change, image, l1) };
    },
    options,
  );
  return flags;
}

/** Where something overlapped a table that was moved, the next count comes out lower. The answer is as `settleCopied`'s. */
function rebuildUntilSettled(file: ByteTarget, first: Surveyed): number {
  let survey = first;
  let flags = 0;
  for (;;) {
    flags += rebuild(file, survey);
    const next = surveyImage(file, { keepUses: true });
    const { corruptions, checkErrors, leaks } = next.result;
    if (corruptions > 0 && corruptions < survey.result.corruptions) {
      survey = next;
      continue;
    }
    // What dropped bitmaps held was counted as theirs.
    if (corruptions === 0 && checkErrors === 0 && leaks > 0) flags += freeLeaks(file, next);
    return flags;
  }
}

/** Writes new refcounts behind all that is there: nothing of a damaged image is overwritten. The answer is as `settleCopied`'s. */
function rebuild(file: ByteTarget, survey: Surveyed): number {
  let flags = 0;
  const {
    image: tables,
    uses,
    references,
  } = survey.references.overflowed ? surveyImage(file, { keepUses: true, width: 32 }) : survey;
  const refcountOrder = orderFor(highestCount(uses), tables.header, file.name);
  const header = { ...tables.header, refcountOrder };
  const image: ChangeableImage = { ...tables, header, file };
  const rebuilt = rebuildRefcounts(file, header, uses);
  // Whoever names a cluster that is not there yet must not come upon a new table.
  for (const [cluster, times] of references.beyond) rebuilt.add(cluster, 1, times);
  const options = { rebuilt, from: references.clusters + 1 };
  const settle = (change: Transaction): HeaderFields => {
    const l1 = readL1(image, header);
    flags = settleCopied(change, image, l1, { damaged: true });
    return { ...moveL1(change, image, l1), ...snapshotsLeft(image), refcountOrder };
  };
  const left = soundBitmaps(image);
  if (image.bitmaps.lost === undefined && left.length === image.bitmaps.entries.length)
    changeImage(file, header, (change) => ({ fields: settle(change) }), options);
  else
    rewriteFirstCluster(
      image,
      { version: header.version, backing: backingOf(image) },
      (change) => {
        const fields = settle(change);
        const entries = left.map(({ bytes }) => bytes);
        const { bitmaps, fields: more } = storeDirectory(change, image, entries);
        return { bitmaps, fields: { ...fields, ...more } };
      },
      options,
    );
  return flags;
}

/** The header's fields for the snapshots that can be read, where others cannot. */
function snapshotsLeft({ header, snapshots, lostSnapshots }: ImageTables): HeaderFields {
  if (lostSnapshots === undefined) return {};
  const nbSnapshots = snapshots.length;
  return { nbSnapshots, snapshotsOffset: nbSnapshots === 0 ? 0 : header.snapshotsOffset };
}

/** The width that the refcounts have, or the next that holds `highest`, as a power of two. */
function orderFor(highest: number, { refcountOrder, version }: Header, file: string): number {
  let order = refcountOrder;
  while (mostOf(2 ** order) < highest) order += 1;
  if (order > refcountOrder && version === 2) throw tooNarrow(file, 2 ** refcountOrder);
  return order;
}

function tooNarrow(file: string, bits: number): ImageError {
  return new ImageError("limit", `${file} cannot be repaired: its refcounts are too narrow`, {
    file,
    found: `${bits} bits`,
    hint: "Convert it to a new image.",
  });
}

/** Takes the dirty and corrupt marks away. */
function unmark(file: ByteTarget): void {
  const { header } = readImageTables(file);
  const { dirty, corrupt } = incompatible;
  const incompatibleFeatures = header.incompatibleFeatures & ~(dirty | corrupt);
  changeImage(file, header, () => ({ fields: { incompatibleFeatures } }));
}
