import { Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useConvert } from "../../state/convert";
import { readability } from "../../state/convert-form";
import { useImages } from "../../state/images";
import { exactSize, parseSize } from "../../text/parse-size";
import styles from "../../ui/option-field.module.css";

const SECTOR = 512;

/** What can be chosen of every conversion, whatever its format. */
export function MoreFields() {
  const form = useConvert();
  const [only, ...others] = form.sources;
  const view = useImages(({ views }) => views[only ?? ""]);
  const chained = view?.state === "ready" && view.report.layers.length > 1;
  const backing = form.formats.find(({ id }) => id === form.format)?.backing === true;
  return (
    <>
      {only !== undefined && others.length === 0 && (
        <GrowField key={form.sizes[only]} path={only} />
      )}
      {chained && backing && others.length === 0 && <ChoiceSwitch name="keepBacking" />}
      <ChoiceSwitch name="keepZeros" />
      {readability(view) !== "damaged" && <ChoiceSwitch name="salvage" />}
      <ChoiceSwitch name="verify" />
    </>
  );
}

function ChoiceSwitch({ name }: { name: "keepBacking" | "keepZeros" | "salvage" | "verify" }) {
  const { t } = useTranslation();
  const checked = useConvert((form) => form[name]);
  const { choose } = useConvert.getState();
  return (
    <Switch
      size="sm"
      label={t(`convert.${name}.label`)}
      description={t(`convert.${name}.hint`)}
      checked={checked}
      onChange={({ currentTarget }) => choose({ [name]: currentTarget.checked })}
    />
  );
}

/** A larger size for the disk, as it is typed; taken when the field is left. */
function GrowField({ path }: { path: string }) {
  const { t } = useTranslation();
  const size = useConvert((form) => form.sizes[path]);
  const view = useImages(({ views }) => views[path]);
  const own = view?.state === "ready" ? (view.report.layers[0]?.virtualSize ?? 0) : 0;
  const [text, setText] = useState(size === undefined ? "" : exactSize(size));
  const { growTo } = useConvert.getState();
  const typed = parseSize(text);
  const wrong = text.trim() !== "" && (typed === undefined || typed < own);
  const take = () => {
    if (text.trim() === "") growTo(path, undefined);
    else if (typed !== undefined && typed >= own) growTo(path, Math.ceil(typed / SECTOR) * SECTOR);
  };
  return (
    <TextInput
      className={styles.select}
      classNames={{ label: styles.optionLabel }}
      label={t("convert.grow.label")}
      description={t("convert.grow.hint")}
      placeholder={exactSize(own)}
      value={text}
      error={wrong ? t("convert.grow.wrong", { size: exactSize(own) }) : undefined}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        take();
      }}
    />
  );
}
