import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Failure, RefusedReference } from "../../../shared/model/report";
import { toFailure } from "../../api/client";
import { useImages } from "../../state/images";
import { useSettings } from "../../state/settings";
import { FailureText } from "../../ui/failure-text";
import { Note } from "../../ui/note";
import styles from "./trust-dialog.module.css";

interface TrustDialogProps {
  /** The image on the page. */
  path: string;
  reference: RefusedReference;
  /** What would be trusted, in full. */
  folders: readonly string[];
  close: () => void;
}

/** Shows which folder is to be trusted, and what that means, before it is. */
export function TrustDialog({ path, reference, folders, close }: TrustDialogProps) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const trust = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      await useSettings.getState().trustFolder(reference, [...folders]);
      await useImages.getState().inspect(path);
      close();
    } catch (error) {
      setFailure(toFailure(error));
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={close}
      size={520}
      title={t("trust.ask")}
      closeButtonProps={{ "aria-label": t("trust.close") }}
    >
      <div className={styles.dialog}>
        <p>{t("trust.askText")}</p>
        <ul className={styles.folders}>
          {folders.map((folder) => (
            <li key={folder}>{folder}</li>
          ))}
        </ul>
        {folders.length > 1 && <p>{t("trust.throughLink")}</p>}
        <Note tone="warn">{t("trust.askWarning")}</Note>
        <p className={styles.quiet}>{t("trust.remembered")}</p>
        {failure && (
          <Note tone="bad" role="alert">
            <FailureText failure={failure} />
          </Note>
        )}
        <div className={styles.buttons}>
          <Button variant="default" data-autofocus onClick={close}>
            {t("trust.cancel")}
          </Button>
          <Button loading={busy} onClick={() => void trust()}>
            {t("trust.yes")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
