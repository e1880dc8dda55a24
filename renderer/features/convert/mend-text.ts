import type { TFunction } from "i18next";
import type { OptionValues } from "../../../shared/model/format";
import type { PreflightFinding } from "../../../shared/model/preflight";
import type { ConvertForm } from "../../state/convert-form";
import { choiceText } from "../../text/choice-text";
import { formatRoundSize } from "../../text/format";
import { formatName } from "../../text/format-name";
import { hasOptionText } from "../../text/i18n";
import { purposeText } from "../../ui/preflight-text";

/** What a mend does, as the words of its button. */
export function mendText(
  { purpose, format, options, size, fileName }: NonNullable<PreflightFinding["mend"]>,
  form: Pick<ConvertForm, "format" | "options">,
  t: TFunction,
): string {
  if (purpose !== undefined)
    return t("convert.mend.purpose", { purpose: purposeText(purpose, t).name });
  if (format !== undefined && format !== form.format)
    return t("convert.mend.format", { format: formatName(format, t) });
  if (size !== undefined) return t("convert.mend.size", { size: formatRoundSize(size) });
  if (fileName !== undefined) return t("convert.mend.fileName", { name: fileName });
  const [name, value] =
    Object.entries(options ?? {}).find(([key, given]) => form.options[key] !== given) ?? [];
  if (name === undefined) return t("convert.mend.other");
  const label = hasOptionText(name) ? t(`convert.option.${name}.label`) : name;
  return t("convert.mend.option", { label, value: optionText(name, value, t) });
}

function optionText(name: string, value: OptionValues[string] | undefined, t: TFunction): string {
  if (typeof value === "number") return formatRoundSize(value);
  if (typeof value === "boolean") return t(value ? "convert.mend.on" : "convert.mend.off");
  return choiceText({ name }, value ?? "", t);
}
