import { CloseButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useView } from "../../state/view";
import { Note } from "../../ui/note";
import styles from "./notice.module.css";
import { sentences } from "../../text/sentence";

/** Something that went wrong outside any page; it stays until it is closed. */
export function Notice() {
  const { t } = useTranslation();
  const notice = useView((view) => view.notice);
  const close = useView((view) => view.closeNotice);
  if (notice === undefined) return null;
  return (
    <Note tone="bad" role="alert" testId="notice">
      <div className={styles.notice}>
        <span>{sentences(notice.message, notice.hint)}</span>
        <CloseButton size="sm" aria-label={t("app.notice.close")} onClick={close} />
      </div>
    </Note>
  );
}
