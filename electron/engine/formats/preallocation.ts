import type { OptionSpec, OptionValues } from "../../../shared/model/format";
import { ImageError } from "../errors";
import { chosenWord } from "./chosen-option";
import type { Variant } from "./format";

const preallocations = ["off", "falloc", "full"] as const;

/**
 * What an image of its full length does about space: "off" leaves zeros as holes, "falloc" reserves
 * all of it before anything is written, "full" writes zeros over it.
 */
export type FixedPreallocation = (typeof preallocations)[number];

/** The option for it, which only images of full length have: where `option` has one of `values`. */
export function preallocationOption(option: string, values: (string | boolean)[]): OptionSpec {
  return {
    name: "preallocation",
    kind: "choice",
    default: "off",
    choices: [...preallocations],
    onlyWith: { option, values },
  };
}

/** What was chosen for it. @throws ImageError `invalid-argument` for a word that it does not have, or an image that grows. */
export function chosenPreallocation(options: OptionValues, isFixed: boolean): FixedPreallocation {
  const chosen = chosenWord(options, "preallocation", preallocations, "off");
  if (chosen === "off" || isFixed) return chosen;
  throw new ImageError(
    "invalid-argument",
    `Option 'preallocation' cannot be '${chosen}' for an image that grows`,
    { expected: "off", found: chosen, hint: "Choose a fixed, static or flat image." },
  );
}

/** The two ways in which an image of full length, made with `options`, takes its space at once. */
export function preallocatedVariants(name: string, options: OptionValues): readonly Variant[] {
  return [
    {
      name: `${name}-reserved`,
      provisioning: "thick-lazy",
      options: { ...options, preallocation: "falloc" },
    },
    {
      name: `${name}-zeroed`,
      provisioning: "thick-eager",
      options: { ...options, preallocation: "full" },
    },
  ];
}
