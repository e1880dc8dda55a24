import { CloseButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useView } from "../../state/view";
import { FailureText } from "../../ui/failure-text";
import { Note } from "../../ui/note";
import styles from "./notice.module.css";

/** Something that went wrong outside any page; it stays until it is closed. */
export function Notice() {
  const { t } = useTranslation();
  const notice = useView((view) => view.notice);
  const close = useView((view) => view.closeNotice);
  if (notice === undefined) return null;
  return (
    <Note tone="bad" role="alert" testId="notice">
      <div className={styles.notice}>
        <FailureText failure={notice} />
        <CloseButton size="sm" aria-label={t("app.notice.close")} onClick={close} />
      </div>
    </Note>
  );
}
