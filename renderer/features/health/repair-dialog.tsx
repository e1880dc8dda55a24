import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CheckResult } from "../../../shared/model/check";
import type { Failure } from "../../../shared/model/report";
import { call, toFailure } from "../../api/client";
import { useHealth } from "../../state/health";
import { formatCount } from "../../text/format";
import { FailureText } from "../../ui/failure-text";
import { Note } from "../../ui/note";
import styles from "./health.module.css";

interface RepairDialogProps {
  path: string;
  mode: "leaks" | "all";
  result: CheckResult;
  close: () => void;
}

/** Says what a repair will change, and asks where. */
export function RepairDialog({ path, mode, result, close }: RepairDialogProps) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const { repair } = useHealth.getState();

  const run = async (inCopy: boolean) => {
    setFailure(undefined);
    try {
      const chosen = inCopy
        ? (await call("dialogs.saveImage", { suggested: copyOf(path), format: "qcow2" })).path
        : undefined;
      if (inCopy && chosen === undefined) return;
      setBusy(true);
      await repair(mode, chosen);
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
      title={t(mode === "leaks" ? "health.leaksTitle" : "health.allTitle")}
      closeButtonProps={{ "aria-label": t("health.close") }}
    >
      <div className={styles.dialog}>
        <p>
          {mode === "leaks"
            ? t("health.leaksText", { count: result.leaks })
            : t("health.allText", {
                leaks: formatCount(result.leaks),
                corruptions: formatCount(result.corruptions),
              })}
        </p>
        {mode === "all" && <Note tone="warn">{t("health.allWarning")}</Note>}
        {failure && (
          <Note tone="bad" role="alert">
            <FailureText failure={failure} />
          </Note>
        )}
        <div className={styles.dialogButtons}>
          <Button variant="default" onClick={close}>
            {t("health.cancel")}
          </Button>
          <Button variant="default" disabled={busy} onClick={() => void run(false)}>
            {t("health.inPlace")}
          </Button>
          <Button loading={busy} data-autofocus onClick={() => void run(true)}>
            {t("health.inCopy")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

/** "disk-repaired.qcow2" for "disk.qcow2". */
const copyOf = (path: string): string => path.replace(/(\.[^./\\]*)?$/, "-repaired$1");
