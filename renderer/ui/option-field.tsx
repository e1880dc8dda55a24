import { Input, SegmentedControl, Select, Switch, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OptionSpec, OptionValues } from "../../shared/model/format";
import { choiceText } from "../text/choice-text";
import { formatRoundSize } from "../text/format";
import { hasOptionText } from "../text/i18n";
import styles from "./option-field.module.css";

interface OptionFieldProps {
  spec: OptionSpec;
  /** What is chosen so far, by name; what is absent has its default. */
  values: OptionValues;
  choose: (name: string, value: OptionValues[string]) => void;
}

/** More choices than this are a list: they do not fit into one line. */
const mostSegments = 3;

/** One option as the control that fits its kind. An option without a text shows its own name. */
export function OptionField({ spec, values, choose }: OptionFieldProps) {
  const { t } = useTranslation();
  const { name } = spec;
  const chosen = values[name];
  const needs = spec.kind === "switch" ? spec.needs : undefined;
  const lacks = needs !== undefined && !values[needs];
  const label = hasOptionText(name) ? t(`convert.option.${name}.label`) : name;
  const hint = hasOptionText(name) ? t(`convert.option.${name}.hint`) : undefined;

  switch (spec.kind) {
    case "size":
      return (
        <Select
          className={styles.select}
          classNames={{ label: styles.optionLabel }}
          label={label}
          description={hint}
          allowDeselect={false}
          data={spec.choices.map((bytes) => ({
            value: String(bytes),
            label: bytes === 0 ? t("convert.automatic") : formatRoundSize(bytes),
          }))}
          value={String(chosen ?? spec.default)}
          onChange={(value) => choose(name, Number(value))}
        />
      );
    case "choice":
      if (spec.choices.length > mostSegments) {
        return (
          <Select
            className={styles.select}
            classNames={{ label: styles.optionLabel }}
            label={label}
            description={hint}
            allowDeselect={false}
            data={spec.choices.map((value) => ({ value, label: choiceText(spec, value, t) }))}
            value={String(chosen ?? spec.default)}
            onChange={(value) => choose(name, value ?? spec.default)}
          />
        );
      }
      return (
        <Input.Wrapper classNames={{ label: styles.optionLabel }} label={label} description={hint}>
          <SegmentedControl
            className={styles.segments}
            aria-label={label}
            size="xs"
            data={spec.choices.map((value) => ({ value, label: choiceText(spec, value, t) }))}
            value={String(chosen ?? spec.default)}
            onChange={(value) => choose(name, value)}
          />
        </Input.Wrapper>
      );
    case "text":
      return (
        <TextInput
          className={styles.select}
          classNames={{ label: styles.optionLabel }}
          label={label}
          description={hint}
          value={String(chosen ?? spec.default)}
          onChange={({ currentTarget }) => choose(name, currentTarget.value)}
        />
      );
    case "switch":
      return (
        <Switch
          size="sm"
          label={label}
          description={hint}
          disabled={lacks}
          checked={!lacks && Boolean(chosen ?? spec.default)}
          onChange={({ currentTarget }) => choose(name, currentTarget.checked)}
        />
      );
  }
}

/** Whether there is anything to choose. */
export function hasChoice(spec: OptionSpec): boolean {
  return spec.kind !== "choice" || spec.choices.length > 1;
}
