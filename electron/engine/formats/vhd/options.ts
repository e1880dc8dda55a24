import type { OptionSpec } from "../../../../shared/model/format";
import { ImageError } from "../../errors";
import { chosenWord, isChosen } from "../chosen-option";
import type { CreateSpec } from "../format";
import {
  chosenPreallocation,
  preallocationOption,
  type FixedPreallocation,
} from "../preallocation";
import { sectorSize } from "./footer";

const subformats = ["dynamic", "fixed"] as const;
type Subformat = (typeof subformats)[number];

/**
 * What can be chosen for a new VHD image. `subformat` is qemu-img's; `whole_mib` rounds the size up to
 * whole MiB, as Azure wants it.
 */
export const vhdOptions: readonly OptionSpec[] = [
  { name: "subformat", kind: "choice", default: "dynamic", choices: [...subformats] },
  { name: "whole_mib", kind: "switch", default: false },
  preallocationOption("subformat", ["fixed"]),
];

/** 2040 GiB: what Microsoft's own programs make at most. */
export const largestSize = 2040 * 2 ** 30;

/** Guest bytes of a block: the specification's default. */
export const blockSize = 2 * 2 ** 20;

/** What a new image shall be like, checked. */
export interface Plan {
  /** Virtual size in bytes: what was asked for, rounded up to whole sectors or whole MiB. */
  readonly size: number;
  readonly subformat: Subformat;
  /** "off" unless it is fixed. */
  readonly preallocation: FixedPreallocation;
  /** Blocks of the disk, and so entries of a dynamic disk's table. */
  readonly blocks: number;
}

/**
 * Checks what a new image shall be.
 * @throws ImageError `invalid-argument` for a size, option or parent that it cannot have.
 */
export function planOf({ size: asked, options, backing }: CreateSpec): Plan {
  if (backing)
    throw new ImageError("invalid-argument", "Differencing VHD images cannot be written");
  if (!Number.isSafeInteger(asked) || asked < 0)
    throw new ImageError("invalid-argument", `A disk cannot have ${asked} bytes`);
  if (asked > largestSize)
    throw new ImageError("invalid-argument", `A disk of ${asked} bytes is too large for VHD`, {
      expected: `at most ${largestSize}`,
      found: asked,
      hint: "VHDX takes disks of up to 64 TiB.",
    });
  for (const name of Object.keys(options))
    if (!vhdOptions.some((option) => option.name === name))
      throw new ImageError("invalid-argument", `A VHD image has no option '${name}'`);
  const unit = isChosen(options, "whole_mib") ? 2 ** 20 : sectorSize;
  const size = Math.ceil(asked / unit) * unit;
  const subformat = chosenWord(options, "subformat", subformats, "dynamic");
  const preallocation = chosenPreallocation(options, subformat === "fixed");
  return { size, subformat, preallocation, blocks: Math.ceil(size / blockSize) };
}
