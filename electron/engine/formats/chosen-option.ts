import { ImageError } from "../errors";
import type { OptionValues } from "../../../shared/model/format";

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
