import { useTranslation } from "react-i18next";
import { nameOf } from "../../api/paths";
import type { Repaired } from "../../state/health";
import { useImages } from "../../state/images";
import { attempt } from "../../state/view";
import { formatCount } from "../../text/format";
import { Note } from "../../ui/note";
import { TextButton } from "../../ui/text-button";
import styles from "./health.module.css";

/** What a repair has come to, and where. */
export function RepairedNote({ repaired }: { repaired: Repaired }) {
  const { t } = useTranslation();
  const { before, after, copy } = repaired;
  const { open } = useImages.getState();
  const left = after.corruptions + after.checkErrors + after.leaks;
  return (
    <Note tone={left > 0 ? "warn" : "ok"} role="alert" testId="repaired">
      <span className={styles.verdict}>
        {t(left > 0 ? "health.repairedPartly" : "health.repaired", {
          corruptions: formatCount(before.corruptions - after.corruptions),
          leaks: formatCount(before.leaks - after.leaks),
          left: formatCount(left),
        })}
        {copy !== undefined && (
          <TextButton onClick={() => attempt(() => open([copy]))}>
            {t("health.openCopy", { name: nameOf(copy) })}
          </TextButton>
        )}
      </span>
    </Note>
  );
}
