import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useConvert } from "../../state/convert";
import { attempt } from "../../state/view";
import { formatTitle } from "../../text/format-name";
import { TextButton } from "../../ui/text-button";
import styles from "./convert.module.css";
import { FormatSize } from "./format-size";

/** The formats that can be written, each with what it is good for and what it would take. */
export function FormatChoice() {
  const { t } = useTranslation();
  const group = useId();
  const formats = useConvert((form) => form.formats);
  const chosen = useConvert((form) => form.format);
  const alone = useConvert((form) => form.sources.length === 1);
  const forOther = useConvert((form) => form.purpose === "other");
  const [all, setAll] = useState(false);
  const { chooseFormat } = useConvert.getState();
  // A purpose has chosen: the others are there, but not in the way.
  const shown = forOther || all ? formats : formats.filter(({ id }) => id === chosen);
  return (
    <fieldset className={styles.field} data-all={forOther || all || undefined}>
      <legend className={styles.label}>{t("convert.format")}</legend>
      <div className={styles.formats}>
        {shown.length === 0 && (
          <span className={styles.coming} data-testid="formats-coming" aria-hidden />
        )}
        {shown.map(({ id }) => (
          <label key={id} className={styles.format}>
            <input
              type="radio"
              name={group}
              value={id}
              checked={id === chosen}
              onChange={() => attempt(() => chooseFormat(id))}
            />
            <strong>{formatTitle(id, t)}</strong>
            <small>{t(`convert.purpose.${id}`)}</small>
            {alone && <FormatSize format={id} />}
          </label>
        ))}
      </div>
      {!forOther && (
        <div className={styles.otherFormats}>
          <TextButton expanded={all} onClick={() => setAll(!all)}>
            {t(all ? "convert.fewerFormats" : "convert.moreFormats")}
          </TextButton>
        </div>
      )}
    </fieldset>
  );
}
