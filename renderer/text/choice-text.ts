import type { TFunction } from "i18next";
import { hasChoiceText, hasSubformatText } from "./i18n";

/** What one value of a creation option is called; a specification's own words keep their spelling. */
export function choiceText(option: string, value: string, t: TFunction): string {
  if (option === "preallocation" && hasChoiceText(value))
    return t(`convert.preallocation.${value}`);
  if (option === "subformat" && hasSubformatText(value)) return t(`convert.subformat.${value}`);
  return value;
}
