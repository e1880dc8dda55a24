import type { OptionSpec } from "../../../../shared/model/format";
import { ImageError } from "../../errors";
import type { CreateSpec } from "../format";
import { sectorSize } from "./sector";

/**
 * What can be chosen for a raw image. `preallocation` "off" leaves zeros as holes; "falloc" reserves
 * the whole size on the host before anything is written, so that it cannot run out later; "full"
 * writes zeros over all of it.
 */
export const rawOptions: readonly OptionSpec[] = [
  { name: "preallocation", kind: "choice", default: "off", choices: ["off", "falloc", "full"] },
];

/** What a new image shall be like, checked. */
export interface Plan {
  /** Bytes: what was asked for, rounded up to whole sectors. */
  readonly size: number;
  /** One of the option's choices. */
  readonly preallocation: string;
}

/** @throws ImageError `invalid-argument` for a size, option or backing file that raw cannot have. */
export function planOf({ size: asked, options, backing }: CreateSpec): Plan {
  const size = Math.ceil(asked / sectorSize) * sectorSize;
  if (!Number.isSafeInteger(asked) || !Number.isSafeInteger(size) || asked < 0)
    throw invalid(`A disk cannot have ${asked} bytes`);
  if (backing) throw invalid("A raw image has no header that could name a backing file");
  for (const [name, value] of Object.entries(options)) {
    const spec = rawOptions.find((each) => each.name === name);
    if (spec === undefined) throw invalid(`A raw image has no option '${name}'`);
    if (spec.kind === "choice" && !spec.choices.includes(String(value)))
      throw new ImageError("invalid-argument", `Option '${name}' cannot be '${value}'`, {
        expected: spec.choices.join(", "),
        found: String(value),
      });
  }
  return { size, preallocation: String(options["preallocation"] ?? "off") };
}

function invalid(message: string): ImageError {
  return new ImageError("invalid-argument", message);
}
