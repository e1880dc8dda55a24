import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { OptionSpec, OptionValues } from "../../../shared/model/format";
import { useConvert } from "../../state/convert";
import type { ConvertForm } from "../../state/convert-form";
import { isOpen } from "../../state/open-options";
import { choiceText } from "../../text/choice-text";
import { formatRoundSize, formatSize } from "../../text/format";
import { hasOptionText } from "../../text/i18n";
import { hasChoice } from "../../ui/option-field";
import styles from "./convert.module.css";

/** Options that are told of also where they have their default. */
const telling: ReadonlySet<string> = new Set([
  "preallocation",
  "cluster_size",
  "subformat",
  "static",
]);

/** What is set, in one line. */
export function OptionSummary() {
  const { t } = useTranslation();
  const form = useConvert();
  return (
    <p className={styles.summary} data-testid="option-summary">
      {summaryOf(form, t).join(" · ")}
    </p>
  );
}

function summaryOf(form: ConvertForm, t: TFunction): string[] {
  const { formats, format, options, sizes, sources } = form;
  const specs = formats.find(({ id }) => id === format)?.options ?? [];
  const size = sizes[sources[0] ?? ""];
  const grown = sources.length === 1 && size !== undefined;
  return [
    ...specs
      .filter((spec) => hasChoice(spec) && isOpen(spec, specs, options))
      .flatMap((spec) => optionText(spec, options, t)),
    ...(form.compress ? [t("convert.compress.label")] : []),
    ...(grown ? [t("convert.summary.grown", { size: formatSize(size) })] : []),
    ...(["keepBacking", "keepZeros", "salvage"] as const).flatMap((name) =>
      form[name] ? [t(`convert.${name}.label`)] : [],
    ),
    t(form.verify ? "convert.summary.verified" : "convert.summary.unverified"),
  ];
}

/** An option that tells something: by its value, or by its name where that is on. */
function optionText(spec: OptionSpec, values: OptionValues, t: TFunction): string[] {
  const { name } = spec;
  const value = values[name] ?? spec.default;
  if (value === spec.default && (!telling.has(name) || value === false)) return [];
  const label = hasOptionText(name) ? t(`convert.option.${name}.label`) : name;
  if (spec.kind === "switch")
    return [
      value === true ? label : t("convert.summary.pair", { label, value: t("convert.mend.off") }),
    ];
  if (spec.kind === "choice" && telling.has(name)) return [choiceText(spec, String(value), t)];
  return [t("convert.summary.pair", { label, value: valueText(spec, value, t) })];
}

function valueText(spec: OptionSpec, value: OptionValues[string], t: TFunction): string {
  if (spec.kind === "choice") return choiceText(spec, String(value), t);
  if (spec.kind !== "size") return String(value);
  return value === 0 ? t("convert.automatic") : formatRoundSize(Number(value));
}
