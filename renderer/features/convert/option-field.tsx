import { Input, SegmentedControl, Select, Switch, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OptionSpec } from "../../../shared/model/format";
import { useConvert } from "../../state/convert";
import { formatRoundSize } from "../../text/format";
import { hasChoiceText, hasOptionText } from "../../text/i18n";
import styles from "./convert.module.css";

/** More choices than this are a list: they do not fit half of the dialog in one line. */
const mostSegments = 3;

/** One option as the control that fits its kind. An option without a text shows its own name. */
export function OptionField({ spec }: { spec: OptionSpec }) {
  const { t } = useTranslation();
  const chosen = useConvert(({ options }) => options[spec.name]);
  const needs = spec.kind === "switch" ? spec.needs : undefined;
  const lacks = useConvert(({ options }) => needs !== undefined && !options[needs]);
  const { setOption } = useConvert.getState();
  const { name } = spec;
  const label = hasOptionText(name) ? t(`convert.option.${name}.label`) : name;
  const hint = hasOptionText(name) ? t(`convert.option.${name}.hint`) : undefined;
  const choiceText = (value: string) =>
    name === "preallocation" && hasChoiceText(value) ? t(`convert.preallocation.${value}`) : value;

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
          onChange={(value) => setOption(name, Number(value))}
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
            data={spec.choices.map((value) => ({ value, label: choiceText(value) }))}
            value={String(chosen ?? spec.default)}
            onChange={(value) => setOption(name, value ?? spec.default)}
          />
        );
      }
      return (
        <Input.Wrapper classNames={{ label: styles.optionLabel }} label={label} description={hint}>
          <SegmentedControl
            classNames={{ root: styles.segments, indicator: styles.segment }}
            aria-label={label}
            size="xs"
            data={spec.choices.map((value) => ({ value, label: choiceText(value) }))}
            value={String(chosen ?? spec.default)}
            onChange={(value) => setOption(name, value)}
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
          onChange={({ currentTarget }) => setOption(name, currentTarget.value)}
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
          onChange={({ currentTarget }) => setOption(name, currentTarget.checked)}
        />
      );
  }
}
