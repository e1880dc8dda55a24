import type { OptionSpec, OptionValues } from "../../../../shared/model/format";
import { ImageError } from "../../errors";
import { sectorSize } from "./footer";

const subformats = ["dynamic", "fixed"] as const;
export type Subformat = (typeof subformats)[number];

/** What can be chosen for a new VHD image, with qemu-img's names and defaults. */
export const vhdOptions: readonly OptionSpec[] = [
  { name: "subformat", kind: "choice", default: "dynamic", choices: [...subformats] },
];

/** 2040 GiB: what Microsoft's own programs make at most. */
const largestSize = 2040 * 2 ** 30;

/** What a new image shall be like, checked. */
export interface Plan {
  /** Virtual size in bytes: what was asked for, rounded up to whole sectors. */
  readonly size: number;
  readonly subformat: Subformat;
}

/** Checks size and options of a new image. @throws ImageError `invalid-argument`. */
export function planOf(size: number, options: OptionValues): Plan {
  if (!Number.isSafeInteger(size) || size < 0)
    throw new ImageError("invalid-argument", `A disk cannot have ${size} bytes`);
  if (size > largestSize)
    throw new ImageError("invalid-argument", `A disk of ${size} bytes is too large for VHD`, {
      expected: `at most ${largestSize}`,
      found: size,
      hint: "VHDX takes disks of up to 64 TiB.",
    });
  for (const name of Object.keys(options))
    if (name !== "subformat")
      throw new ImageError("invalid-argument", `A VHD image has no option '${name}'`);
  const chosen = options["subformat"] ?? "dynamic";
  const subformat = subformats.find((each) => each === chosen);
  if (subformat === undefined)
    throw new ImageError("invalid-argument", `Option 'subformat' cannot be '${chosen}'`, {
      expected: subformats.join(", "),
      found: String(chosen),
    });
  return { size: Math.ceil(size / sectorSize) * sectorSize, subformat };
}
