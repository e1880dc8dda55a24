import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BrokenLink } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { useImages } from "../../state/images";
import { attempt, linkKey, useView } from "../../state/view";
import styles from "./chain.module.css";

interface AnswerProps {
  /** The image on the page. */
  path: string;
  link: BrokenLink;
}

/** The question that a refused reference puts, and the user's answer to it. */
export function Answer({ path, link }: AnswerProps) {
  const { t } = useTranslation();
  const kept = useView(({ keptRefused }) => keptRefused.has(linkKey(link)));
  const keepRefusing = useView((view) => view.keepRefusing);
  const { allow } = useImages.getState();
  const [asking, setAsking] = useState(false);
  const grant = async () => {
    setAsking(true);
    try {
      await allow(path, link.from, link.name);
    } finally {
      setAsking(false);
    }
  };
  return (
    <div className={styles.answer}>
      <p>{t("chain.broken.refusedText", { from: nameOf(link.from) })}</p>
      <div className={styles.buttons}>
        <Button size="xs" variant="default" loading={asking} onClick={() => attempt(grant)}>
          {t("chain.broken.allow")}
        </Button>
        {kept ? (
          <span className={styles.quiet}>{t("chain.broken.kept")}</span>
        ) : (
          <Button size="xs" variant="default" onClick={() => keepRefusing(link)}>
            {t("chain.broken.keep")}
          </Button>
        )}
      </div>
    </div>
  );
}
