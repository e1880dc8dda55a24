import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RefusedReference } from "../../../shared/model/report";
import { call } from "../../api/client";
import { nameOf } from "../../api/paths";
import { useImages } from "../../state/images";
import { attempt, linkKey, useView } from "../../state/view";
import styles from "./chain.module.css";
import { TrustDialog } from "./trust-dialog";

interface AnswerProps {
  /** The image on the page. */
  path: string;
  reference: RefusedReference;
}

/** The question that a refused reference puts, and the user's answer to it. */
export function Answer({ path, reference }: AnswerProps) {
  const { t } = useTranslation();
  const kept = useView(({ keptRefused }) => keptRefused.has(linkKey(reference)));
  const keepRefusing = useView((view) => view.keepRefusing);
  const { allow } = useImages.getState();
  const [asking, setAsking] = useState(false);
  const [folders, setFolders] = useState<readonly string[]>();
  const { from, name } = reference;
  const grant = async () => {
    setAsking(true);
    try {
      await allow(path, from, name);
    } finally {
      setAsking(false);
    }
  };
  const lookUp = async () => {
    setFolders((await call("image.folderToTrust", { from, name })).folders);
  };
  return (
    <div className={styles.answer}>
      <p>
        {t("trust.text", { from: nameOf(from) })} {t("trust.lasts")}
      </p>
      <div className={styles.buttons}>
        <Button size="xs" variant="default" loading={asking} onClick={() => attempt(grant)}>
          {t("chain.broken.allow")}
        </Button>
        <Button size="xs" variant="default" onClick={() => attempt(lookUp)}>
          {t("trust.folder")}
        </Button>
        {kept ? (
          <span className={styles.quiet}>{t("chain.broken.kept")}</span>
        ) : (
          <Button size="xs" variant="default" onClick={() => keepRefusing(reference)}>
            {t("chain.broken.keep")}
          </Button>
        )}
      </div>
      {folders && (
        <TrustDialog
          path={path}
          reference={reference}
          folders={folders}
          close={() => setFolders(undefined)}
        />
      )}
    </div>
  );
}
