import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { RefusedReference } from "../../../shared/model/report";
import { useAttempt } from "../../api/use-attempt";
import { useImages } from "../../state/images";
import { useSettings } from "../../state/settings";
import { Dialog } from "../../ui/dialog";
import { FailureNote } from "../../ui/failure-note";
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
  const { busy, failure, run } = useAttempt(close);
  const trust = () =>
    run(async () => {
      await useSettings.getState().trustFolder(reference, [...folders]);
      await useImages.getState().inspect(path);
    });
  return (
    <Dialog onClose={close} size={520} title={t("trust.ask")} closeLabel={t("trust.close")}>
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
        <FailureNote failure={failure} />
        <div className={styles.buttons}>
          <Button variant="default" data-autofocus onClick={close}>
            {t("trust.cancel")}
          </Button>
          <Button loading={busy} onClick={() => void trust()}>
            {t("trust.yes")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
