import { SegmentedControl, Select } from "@mantine/core";
import { useId, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../state/settings";
import { attempt } from "../../state/view";
import { formatBytes, formatSize } from "../../text/format";
import styles from "./settings.module.css";

const themes = ["auto", "light", "dark"] as const;
const languages = ["en", "vi", "zh-CN"] as const;
const units = ["binary", "decimal"] as const;
/** Bytes of a disk by which the units are shown: 64 GiB. */
const sample = 64 * 2 ** 30;

/** Theme, language and units; each holds at once. */
export function Choices() {
  const { t } = useTranslation();
  const { settings, change } = useSettings();
  const language = useId();
  return (
    <div className={styles.choices}>
      <Choice name={<span>{t("settings.look.theme")}</span>}>
        <Segments
          label={t("settings.look.theme")}
          values={themes}
          chosen={settings.theme}
          textOf={(theme) => t(`app.theme.${theme}`)}
          choose={(theme) => attempt(() => change({ theme }))}
        />
      </Choice>
      <Choice
        name={<label htmlFor={language}>{t("settings.look.language")}</label>}
        note={t("settings.look.languageText")}
      >
        <Select
          id={language}
          w={240}
          allowDeselect={false}
          data={[
            { value: "auto", label: t("settings.look.languageAuto") },
            ...languages.map((value) => ({
              value,
              label: t(`settings.look.languages.${value}`),
            })),
          ]}
          value={settings.language}
          onChange={(value) => {
            const chosen = [...languages, "auto" as const].find((one) => one === value);
            if (chosen !== undefined) attempt(() => change({ language: chosen }));
          }}
        />
      </Choice>
      <Choice
        name={<span>{t("settings.look.units")}</span>}
        note={t("settings.look.unitsText", {
          bytes: formatBytes(sample),
          size: formatSize(sample),
        })}
      >
        <Segments
          label={t("settings.look.units")}
          values={units}
          chosen={settings.units}
          textOf={(unit) => t(`settings.look.${unit}`)}
          choose={(unit) => attempt(() => change({ units: unit }))}
        />
      </Choice>
    </div>
  );
}

/** One line: what is chosen, and the choice. */
function Choice({ name, note, children }: { name: ReactNode; note?: string; children: ReactNode }) {
  return (
    <div className={styles.choice}>
      <div className={styles.name}>
        {name}
        {note !== undefined && <p>{note}</p>}
      </div>
      {children}
    </div>
  );
}

interface SegmentsProps<T extends string> {
  label: string;
  values: readonly T[];
  chosen: T;
  textOf: (value: T) => string;
  choose: (value: T) => void;
}

/** A few values side by side, of which one holds. */
function Segments<T extends string>({ label, values, chosen, textOf, choose }: SegmentsProps<T>) {
  return (
    <SegmentedControl
      className={styles.segments}
      aria-label={label}
      data={values.map((value) => ({ value, label: textOf(value) }))}
      value={chosen}
      onChange={(value) => {
        const found = values.find((one) => one === value);
        if (found !== undefined) choose(found);
      }}
    />
  );
}
