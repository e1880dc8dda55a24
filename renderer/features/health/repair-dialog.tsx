import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { CheckResult } from "../../../shared/model/check";
import type { FormatId } from "../../../shared/model/format";
import { call } from "../../api/client";
import { useAttempt } from "../../api/use-attempt";
import { useHealth } from "../../state/health";
import { useHolder } from "../../state/in-use";
import { attempt } from "../../state/view";
import { formatCount } from "../../text/format";
import { Dialog } from "../../ui/dialog";
import { FailureNote } from "../../ui/failure-note";
import { HeldButton } from "../../ui/held";
import { Note } from "../../ui/note";
import styles from "./health.module.css";

interface RepairDialogProps {
  path: string;
  format: FormatId;
  mode: "leaks" | "all";
  result: CheckResult;
  close: () => void;
}

/** Says what a repair will change, and asks where. */
export function RepairDialog({ path, format, mode, result, close }: RepairDialogProps) {
  const { t } = useTranslation();
  const { busy, failure, run } = useAttempt(close);
  const holder = useHolder(path);
  const { repair } = useHealth.getState();

  const repairIn = async (inCopy: boolean) => {
    const chosen = inCopy
      ? (await call("dialogs.saveImage", { suggested: copyOf(path), format })).path
      : undefined;
    if (!inCopy || chosen !== undefined) await run(() => repair(mode, chosen));
  };
  return (
    <Dialog
      onClose={close}
      size={520}
      title={t(mode === "leaks" ? "health.leaksTitle" : "health.allTitle")}
      closeLabel={t("health.close")}
    >
      <div className={styles.dialog}>
        <p>
          {mode === "leaks"
            ? t("health.leaksText", { count: result.leaks })
            : t(format === "qcow2" ? "health.allText" : "health.allTextBlocks", {
                leaks: formatCount(result.leaks),
                corruptions: formatCount(result.corruptions),
              })}
        </p>
        {mode === "all" && <Note tone="warn">{t("health.allWarning")}</Note>}
        <FailureNote failure={failure} />
        <div className={styles.dialogButtons}>
          <Button variant="default" onClick={close}>
            {t("health.cancel")}
          </Button>
          <HeldButton
            holder={holder}
            variant="default"
            disabled={busy}
            onClick={() => attempt(() => repairIn(false))}
          >
            {t("health.inPlace")}
          </HeldButton>
          <Button loading={busy} data-autofocus onClick={() => attempt(() => repairIn(true))}>
            {t("health.inCopy")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** "disk-repaired.qcow2" for "disk.qcow2". */
const copyOf = (path: string): string => path.replace(/(\.[^./\\]*)?$/, "-repaired$1");
