import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useNewDisk } from "../../state/new-disk";
import { attempt } from "../../state/view";
import { formatTitle } from "../../text/format-name";
import styles from "./choices.module.css";

/** The formats that can be written; for an overlay, those that can name a base. */
export function FormatChoice() {
  const { t } = useTranslation();
  const group = useId();
  const formats = useNewDisk((form) => form.formats);
  const chosen = useNewDisk((form) => form.format);
  const overlay = useNewDisk((form) => form.base !== undefined);
  const { chooseFormat } = useNewDisk.getState();
  return (
    <fieldset className={styles.field}>
      <legend className={styles.legend}>{t("newDisk.format")}</legend>
      <div className={styles.formats}>
        {formats
          .filter(({ backing }) => backing || !overlay)
          .map(({ id }) => (
            <label key={id} className={styles.choice}>
              <input
                type="radio"
                name={group}
                value={id}
                checked={id === chosen}
                onChange={() => attempt(() => chooseFormat(id))}
              />
              <strong>{formatTitle(id, t)}</strong>
              <small>{t(`convert.purpose.${id}`)}</small>
            </label>
          ))}
      </div>
    </fieldset>
  );
}
