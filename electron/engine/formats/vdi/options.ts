import type { OptionSpec, OptionValues } from "../../../../shared/model/format";
import { ImageError } from "../../errors";
import { wholeHostBlocks } from "../../io/host-blocks";
import { isChosen } from "../chosen-option";
import type { CreateSpec } from "../format";
import {
  chosenPreallocation,
  preallocationOption,
  type FixedPreallocation,
} from "../preallocation";
import { entrySize, sectorSize } from "./header";

/** What can be chosen for a new VDI image, with qemu-img's names and defaults. */
export const vdiOptions: readonly OptionSpec[] = [
  { name: "static", kind: "switch", default: false },
  preallocationOption("static", [true]),
];

/** Guest bytes of a block: VirtualBox's default, and the only size that qemu reads. */
export const blockSize = 2 ** 20;

/** Blocks that a map of less than 2 GiB can name: what qemu opens at most. */
const mostBlocks = Math.floor((2 ** 31 - 1) / entrySize);

/** What a new image shall be like, checked. Sizes in bytes. */
export interface Plan {
  /** Virtual size: what was asked for, rounded up to whole sectors. */
  readonly size: number;
  /** Every block has its place from the start (image type "fixed"). */
  readonly isStatic: boolean;
  /** "off" unless it is static. */
  readonly preallocation: FixedPreallocation;
  readonly cBlocks: number;
  readonly offBlocks: number;
  readonly offData: number;
}

/**
 * Checks what a new image shall be.
 * @throws ImageError `invalid-argument` for a size, option or parent that it cannot have.
 */
export function planOf({ size, options, backing }: CreateSpec): Plan {
  if (backing)
    throw new ImageError("invalid-argument", "A VDI image cannot name a file as its parent");
  const whole = Math.ceil(size / sectorSize) * sectorSize;
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(whole) || size < 0)
    throw new ImageError("invalid-argument", `A disk cannot have ${size} bytes`);
  const cBlocks = Math.ceil(whole / blockSize);
  if (cBlocks > mostBlocks)
    throw new ImageError("invalid-argument", `A disk of ${size} bytes is too large for VDI`, {
      expected: `at most ${mostBlocks * blockSize}`,
      found: size,
    });
  const offBlocks = sectorSize;
  // Every block lies on whole blocks of the host.
  const offData = wholeHostBlocks(offBlocks + cBlocks * entrySize);
  return { size: whole, ...spaceOf(options), cBlocks, offBlocks, offData };
}

function spaceOf(options: OptionValues): Pick<Plan, "isStatic" | "preallocation"> {
  for (const name of Object.keys(options))
    if (!vdiOptions.some((option) => option.name === name))
      throw new ImageError("invalid-argument", `A VDI image has no option '${name}'`);
  const isStatic = isChosen(options, "static");
  return { isStatic, preallocation: chosenPreallocation(options, isStatic) };
}
