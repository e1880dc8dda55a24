import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAttempt } from "../../api/use-attempt";
import { useImages } from "../../state/images";
import { useSettings } from "../../state/settings";
import { Dialog } from "../../ui/dialog";
import { FailureNote } from "../../ui/failure-note";
import styles from "./settings.module.css";

/** Makes everything as at the first start, after asking. */
export function Reset() {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button variant="default" className={styles.danger} onClick={() => setAsking(true)}>
        {t("settings.reset.button")}
      </Button>
      {asking && <ResetDialog close={() => setAsking(false)} />}
    </>
  );
}

function ResetDialog({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const { busy, failure, run } = useAttempt(close);
  const reset = () =>
    run(async () => {
      await useSettings.getState().reset();
      const { views, remove } = useImages.getState();
      for (const path of Object.keys(views)) await remove(path);
    });
  return (
    <Dialog onClose={close} title={t("settings.reset.ask")} closeLabel={t("settings.reset.close")}>
      <ul className={styles.consequences}>
        <li>{t("settings.reset.look")}</li>
        <li>{t("settings.reset.lists")}</li>
        <li>{t("settings.reset.grants")}</li>
        <li>{t("settings.reset.stays")}</li>
      </ul>
      <FailureNote failure={failure} />
      <div className={styles.buttons}>
        <Button variant="default" data-autofocus onClick={close}>
          {t("settings.reset.cancel")}
        </Button>
        <Button color="var(--bad)" loading={busy} onClick={() => void reset()}>
          {t("settings.reset.yes")}
        </Button>
      </div>
    </Dialog>
  );
}
