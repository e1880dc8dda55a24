import { ImageError } from "../errors";
import type { OptionSpec, OptionValues } from "../../../shared/model/format";

/** The value of a creation option that is one of several words. @throws ImageError `invalid-argument`. */
export function chosenWord<Word extends string>(
  options: OptionValues,
  name: string,
  words: readonly Word[],
  otherwise: Word,
): Word {
  const chosen = options[name] ?? otherwise;
  const word = words.find((each) => each === chosen);
  if (word !== undefined) return word;
  throw new ImageError("invalid-argument", `Option '${name}' cannot be '${chosen}'`, {
    expected: words.join(", "),
    found: String(chosen),
  });
}

/** Whether a creation option is on; off when it is not given. @throws ImageError `invalid-argument`. */
export function isChosen(options: OptionValues, name: string): boolean {
  const chosen = options[name] ?? false;
  if (typeof chosen === "boolean") return chosen;
  throw new ImageError("invalid-argument", `Option '${name}' is on or off`, {
    found: String(chosen),
  });
}

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
