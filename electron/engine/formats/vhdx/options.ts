import type { OptionSpec, OptionValues } from "../../../../shared/model/format";
import { ImageError } from "../../errors";
import { chosenWord, isChosen } from "../chosen-option";
import type { CreateSpec } from "../format";
import {
  chosenPreallocation,
  preallocationOption,
  type FixedPreallocation,
} from "../preallocation";
import { tableLayout, entrySize, type TableLayout } from "./block-allocation-table";
import { blockSizes, isBlockSize, largestDisk, mebibyte } from "./sizes";

const subformats = ["dynamic", "fixed"] as const;
type Subformat = (typeof subformats)[number];

/** By the disk's size, and what forms offer; any other power of two from 1 MiB to 256 MiB will do. */
const blockSizeChoices = [0, ...[1, 2, 4, 8, 16, 32, 64].map((each) => each * mebibyte)];

/** What forms offer; any other whole number of MiB below 4 GiB will do. */
const logSizeChoices = [mebibyte, 4 * mebibyte];
const largestLog = 2 ** 32 - mebibyte;

/**
 * What can be chosen for a new VHDX image, with qemu-img's names. Blocks without data are not present;
 * with `block_state_zero`, qemu-img's default, a dynamic disk's table calls them zero.
 */
export const vhdxOptions: readonly OptionSpec[] = [
  { name: "subformat", kind: "choice", default: "dynamic", choices: [...subformats] },
  { name: "block_size", kind: "size", default: 0, choices: blockSizeChoices },
  { name: "log_size", kind: "size", default: mebibyte, choices: logSizeChoices },
  { name: "block_state_zero", kind: "switch", default: false },
  preallocationOption("subformat", ["fixed"]),
];

/** Bytes of a sector, logical and physical, of the disks that we make; qemu's too. */
export const sectorSize = 512;

/** What a new image shall be like, checked. Sizes and offsets in bytes. */
export interface Plan {
  /** Virtual size: what was asked for, rounded up to whole sectors. */
  readonly size: number;
  readonly subformat: Subformat;
  /** "off" unless it is fixed. */
  readonly preallocation: FixedPreallocation;
  /** Blocks without data are called zero, and not left out. */
  readonly blockStateZero: boolean;
  readonly blockSize: number;
  readonly layout: TableLayout;
  readonly logOffset: number;
  readonly logLength: number;
  readonly metadataOffset: number;
  readonly metadataLength: number;
  readonly batOffset: number;
  readonly batLength: number;
  /** Where the first block begins. */
  readonly dataOffset: number;
}

/**
 * Checks what a new image shall be.
 * @throws ImageError `invalid-argument` for a size, option or parent that it cannot have.
 */
export function planOf({ size, options, backing }: CreateSpec): Plan {
  if (backing)
    throw new ImageError("invalid-argument", "Differencing VHDX images cannot be written");
  if (!Number.isSafeInteger(size) || size < 0)
    throw new ImageError("invalid-argument", `A disk cannot have ${size} bytes`);
  if (size > largestDisk)
    throw new ImageError("invalid-argument", `A disk of ${size} bytes is too large for VHDX`, {
      expected: `at most ${largestDisk}`,
      found: size,
    });
  for (const name of Object.keys(options))
    if (!vhdxOptions.some((option) => option.name === name))
      throw new ImageError("invalid-argument", `A VHDX image has no option '${name}'`);
  const whole = Math.ceil(size / sectorSize) * sectorSize;
  const blockSize = blockSizeOf(whole, options);
  const layout = tableLayout({
    virtualDiskSize: whole,
    blockSize,
    logicalSectorSize: sectorSize,
    hasParent: false,
  });
  const logLength = logSizeOf(options);
  const metadataOffset = mebibyte + logLength;
  const batOffset = metadataOffset + mebibyte;
  const batLength = Math.max(1, Math.ceil((layout.entries * entrySize) / mebibyte)) * mebibyte;
  const subformat = chosenWord(options, "subformat", subformats, "dynamic");
  return {
    size: whole,
    subformat,
    preallocation: chosenPreallocation(options, subformat === "fixed"),
    blockStateZero: isChosen(options, "block_state_zero"),
    blockSize,
    layout,
    logOffset: mebibyte,
    logLength,
    metadataOffset,
    metadataLength: mebibyte,
    batOffset,
    batLength,
    dataOffset: batOffset + batLength,
  };
}

/** Bytes of the file with so many blocks in it. */
export function lengthWith({ dataOffset, blockSize }: Plan, slots: number): number {
  return dataOffset + slots * blockSize;
}

/** Rounded up to whole MiB, as qemu-img does. */
function logSizeOf(options: OptionValues): number {
  const chosen = options["log_size"] ?? mebibyte;
  if (typeof chosen === "number" && chosen > 0 && chosen <= largestLog)
    return Math.ceil(chosen / mebibyte) * mebibyte;
  throw new ImageError("invalid-argument", `Option 'log_size' cannot be '${chosen}'`, {
    expected: `at least 1, at most ${largestLog}`,
    found: String(chosen),
  });
}

function blockSizeOf(size: number, options: OptionValues): number {
  const chosen = options["block_size"] ?? 0;
  if (chosen === 0) return usualBlockSize(size);
  if (typeof chosen === "number" && isBlockSize(chosen)) return chosen;
  throw new ImageError("invalid-argument", `Option 'block_size' cannot be '${chosen}'`, {
    expected: `a power of two, ${blockSizes.least} to ${blockSizes.most}, or 0`,
    found: String(chosen),
  });
}

/** qemu's choice: small disks in small blocks. */
function usualBlockSize(size: number): number {
  if (size > 32 * 2 ** 40) return 64 * mebibyte;
  if (size > 100 * 2 ** 30) return 32 * mebibyte;
  return size > 2 ** 30 ? 16 * mebibyte : 8 * mebibyte;
}
