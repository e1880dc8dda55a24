import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useConvert } from "../../state/convert";
import { attempt } from "../../state/view";
import styles from "./convert.module.css";

/** The formats that can be written, each with what it is good for. */
export function FormatChoice() {
  const { t } = useTranslation();
  const group = useId();
  const formats = useConvert((form) => form.formats);
  const chosen = useConvert((form) => form.format);
  const { chooseFormat } = useConvert.getState();
  return (
    <fieldset className={styles.field}>
      <legend className={styles.label}>{t("convert.format")}</legend>
      <div className={styles.formats}>
        {formats.map(({ id, label }) => (
          <label key={id} className={styles.format}>
            <input
              type="radio"
              name={group}
              value={id}
              checked={id === chosen}
              onChange={() => attempt(() => chooseFormat(id))}
            />
            <strong>{label}</strong>
            <small>{t(`convert.purpose.${id}`)}</small>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
