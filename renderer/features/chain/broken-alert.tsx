import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BrokenLink } from "../../../shared/model/report";
import { linkKey, useView } from "../../state/view";
import { Note } from "../../ui/note";
import { TextButton } from "../../ui/text-button";
import { Answer } from "./answer";
import styles from "./chain.module.css";
import { sentences } from "../../text/sentence";

interface BrokenAlertProps {
  /** The image on the page. */
  path: string;
  link: BrokenLink;
}

/** The broken link, told on the page of the image itself. */
export function BrokenAlert({ path, link }: BrokenAlertProps) {
  const { t } = useTranslation();
  const { reference } = link.failure;
  const kept = useView(
    ({ keptRefused }) => reference !== undefined && keptRefused.has(linkKey(reference)),
  );
  const setTab = useView((view) => view.setTab);
  const refused = link.failure.code === "refused";
  return (
    <Note tone={refused ? "warn" : "bad"} role="alert" testId="broken-alert">
      <div className={styles.alert}>
        <TriangleAlert size={16} aria-hidden />
        <div className={styles.alertText}>
          <strong>
            {t(refused ? "chain.broken.alertRefused" : "chain.broken.alert", { name: link.name })}
          </strong>
          {reference === undefined && <p>{sentences(link.failure.message, link.failure.hint)}</p>}
          {reference !== undefined && !kept && <Answer path={path} reference={reference} />}
        </div>
        <TextButton onClick={() => setTab("chain")}>{t("chain.broken.seeChain")}</TextButton>
      </div>
    </Note>
  );
}
