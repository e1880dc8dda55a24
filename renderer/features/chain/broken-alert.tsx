import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BrokenLink } from "../../../shared/model/report";
import { linkKey, useView } from "../../state/view";
import { FailureText } from "../../ui/failure-text";
import { Note } from "../../ui/note";
import { TextButton } from "../../ui/text-button";
import { Answer } from "./answer";
import styles from "./chain.module.css";

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
  const headline = t(refused ? "chain.broken.alertRefused" : "chain.broken.alert", {
    name: link.name,
  });
  return (
    <Note tone={refused ? "warn" : "bad"} role="alert" testId="broken-alert">
      <div className={styles.alert}>
        <TriangleAlert size={16} aria-hidden />
        <div className={styles.alertText}>
          {reference === undefined ? (
            <FailureText failure={link.failure} headline={headline} />
          ) : (
            <strong>{headline}</strong>
          )}
          {reference !== undefined && !kept && <Answer path={path} reference={reference} />}
        </div>
        <TextButton onClick={() => setTab("chain")}>{t("chain.broken.seeChain")}</TextButton>
      </div>
    </Note>
  );
}
