import type { TFunction } from "i18next";
import { hasChoiceText, hasSubformatText } from "./i18n";

/** The option whose value it is: of the space, one that only images of full length have says so. */
interface ChosenOption {
  readonly name: string;
  readonly onlyWith?: object | undefined;
}

/** What one value of a creation option is called; a specification's own words keep their spelling. */
export function choiceText({ name, onlyWith }: ChosenOption, value: string, t: TFunction): string {
  if (name === "preallocation" && value === "off" && onlyWith !== undefined)
    return t("convert.preallocation.sparse");
  if (name === "preallocation" && hasChoiceText(value)) return t(`convert.preallocation.${value}`);
  if (name === "subformat" && hasSubformatText(value)) return t(`convert.subformat.${value}`);
  return value;
}
