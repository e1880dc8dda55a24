import { ImageError } from "../../../errors";
import type { ParentRef } from "../../../image/layer";
import type { ByteTarget } from "../../../io/source";
import { highestCount } from "./cluster-counts";
import { surveyImage } from "../check/survey";
import { autoclear, compatible } from "../features";
import { backingOf, rewriteFirstCluster } from "./first-cluster";
import { openForEdit, readL1, readL2, type ChangeableImage } from "./image";
import { mostOf } from "./refcount-block";
import { rebuildRefcounts } from "./refcount-store";
import { compressedBit, offsetIn } from "./table-entry";
import { changeImage } from "./transaction";

/**
 * Writes another backing file's name into the image, and looks at neither: right when the base was
 * moved or renamed, and the loss of the disk when it is another one. Undefined takes the name away.
 * @throws ImageError as `openForEdit` and `rewriteFirstCluster`.
 */
export function rebaseUnsafe(file: ByteTarget, backing: ParentRef | undefined): void {
  const image = openForEdit(file);
  const { version, autoclearFeatures } = image.header;
  // The data file is the whole disk then (specification, "Autoclear features").
  if (backing !== undefined && (autoclearFeatures & autoclear.rawExternalData) !== 0n)
    throw new ImageError(
      "invalid-argument",
      "Backing file and data-file-raw cannot be used at the same time",
      { file: file.name, hint: "Convert it to an image that holds its data itself first." },
    );
  rewriteFirstCluster(image, { version, backing });
}

/** What an image shall be like; what is absent stays. Named as qemu-img's options. */
export interface Amendment {
  readonly compat?: "0.10" | "1.1";
  readonly lazy_refcounts?: boolean;
  /** 1 to 64, a power of two. */
  readonly refcount_bits?: number;
  /** The format that the backing file is declared to have. */
  readonly backing_fmt?: string;
}

/**
 * Changes what the header says of the image: first all that needs version 3, then the way back.
 * @throws ImageError `invalid-argument` for what the version cannot have, `unsupported` for a damaged
 *   image and for one that version 2 cannot hold, `limit` for refcounts that do not fit, and as
 *   `openForEdit` and `rewriteFirstCluster`.
 */
export function amendQcow2(file: ByteTarget, amendment: Amendment): void {
  const { compat, lazy_refcounts: lazy, refcount_bits: bits, backing_fmt: format } = amendment;
  const { header } = openForEdit(file);
  const version = compat === undefined ? header.version : compat === "0.10" ? 2 : 3;
  if (version === 2 && (lazy === true || (bits ?? 16) !== 16)) {
    throw new ImageError(
      "invalid-argument",
      "Version 2 has no lazy refcounts and 16 refcount bits",
      {
        file: file.name,
        hint: "Choose compat=1.1.",
      },
    );
  }
  if (version === 3 && header.version === 2) changeVersion(openForEdit(file), 3);
  const wanted = version === 2 ? 16 : bits;
  if (wanted !== undefined) changeRefcountBits(openForEdit(file), wanted);
  if (lazy !== undefined && version === 3) changeLazy(openForEdit(file), lazy);
  if (version === 2 && header.version === 3) changeVersion(openForEdit(file), 2);
  if (format !== undefined) changeBackingFormat(openForEdit(file), format);
}

function changeVersion(image: ChangeableImage, version: 2 | 3): void {
  if (version === 2) requireVersion2(image);
  rewriteFirstCluster(image, { version, backing: backingOf(image) });
}

function changeLazy({ file, header }: ChangeableImage, lazy: boolean): void {
  const others = header.compatibleFeatures & ~compatible.lazyRefcounts;
  const compatibleFeatures = lazy ? others | compatible.lazyRefcounts : others;
  if (compatibleFeatures === header.compatibleFeatures) return;
  changeImage(file, header, () => ({ fields: { compatibleFeatures } }));
}

function changeBackingFormat(image: ChangeableImage, format: string): void {
  const { file, header } = image;
  const backing = backingOf(image);
  if (backing === undefined) {
    throw new ImageError("invalid-argument", `${file.name} has no backing file`, {
      file: file.name,
    });
  }
  const { name } = backing;
  rewriteFirstCluster(image, { version: header.version, backing: { name, format } });
}

/** Writes all refcounts anew, in another width. */
function changeRefcountBits({ file, header }: ChangeableImage, bits: number): void {
  const refcountOrder = Math.log2(bits);
  if (!Number.isInteger(refcountOrder) || bits < 1 || bits > 64) {
    throw new ImageError("invalid-argument", `Refcounts cannot be ${bits} bits wide`, {
      expected: "a power of two from 1 to 64",
      found: bits,
    });
  }
  if (refcountOrder === header.refcountOrder) return;
  const { result, uses, references } = surveyImage(file, { keepUses: true });
  if (result.corruptions > 0 || result.checkErrors > 0) {
    throw new ImageError("unsupported", `${file.name} is damaged`, {
      file: file.name,
      hint: "Repair the image (check -r all) first.",
    });
  }
  const most = mostOf(bits);
  const highest = highestCount(uses);
  if (highest > most) {
    throw new ImageError("limit", `Refcounts of ${bits} bits are too narrow for ${file.name}`, {
      file: file.name,
      expected: `at most ${most}`,
      found: highest,
    });
  }
  const other = { ...header, refcountOrder };
  const rebuilt = rebuildRefcounts(file, other, uses);
  const from = references.clusters + 1;
  changeImage(file, other, () => ({ fields: { refcountOrder } }), { rebuilt, from });
}

/** Refuses what version 2 cannot hold. @throws ImageError `unsupported`. */
function requireVersion2(image: ChangeableImage): void {
  const { file, header, snapshots } = image;
  const lost =
    header.incompatibleFeatures !== 0n
      ? "incompatible features"
      : (header.autoclearFeatures & autoclear.bitmaps) !== 0n
        ? "bitmaps"
        : [header, ...snapshots].some((place) => hasZeros(image, readL1(image, place)))
          ? "zero clusters"
          : undefined;
  if (lost === undefined) return;
  throw new ImageError("unsupported", `${file.name} has ${lost}, which version 2 does not know`, {
    file: file.name,
    found: lost,
    hint: "Convert it to a new image with compat=0.10.",
  });
}

function hasZeros(image: ChangeableImage, l1: DataView): boolean {
  for (let i = 0; i < l1.byteLength; i += 8) {
    const offset = offsetIn(l1, i);
    if (offset === 0) continue;
    const table = readL2(image, offset);
    for (let at = 0; at < table.byteLength; at += 8)
      if ((table.getUint32(at) & compressedBit) === 0 && (table.getUint8(at + 7) & 1) !== 0)
        return true;
  }
  return false;
}
