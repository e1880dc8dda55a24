import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { FolderSearch, Pause, Play, ReceiptText, X } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Job } from "../../../shared/model/job";
import { call } from "../../api/client";
import { nameOf } from "../../api/paths";
import { useImages } from "../../state/images";
import { hasEnded, useJobs } from "../../state/jobs";
import { useReceipts } from "../../state/receipts";
import { attempt } from "../../state/view";
import { jobAction } from "./job-text";
import styles from "./jobs.module.css";

/** What can be done with a job as it stands. */
export const JobActions = memo(Actions, (before, { job }) => {
  const { id, state, receiptId } = before.job;
  // How far it is changes nothing here, ten times a second.
  return id === job.id && state === job.state && receiptId === job.receiptId;
});

function Actions({ job }: { job: Job }) {
  const { t } = useTranslation();
  const { cancel, pause, resume, dismiss } = useJobs.getState();
  const { receiptId } = job;
  const { open } = useImages.getState();
  const target = nameOf(job.target);
  if (!hasEnded(job)) {
    const paused = job.state === "paused";
    const Icon = paused ? Play : Pause;
    return (
      <>
        <Button
          className={styles.action}
          variant="default"
          size="compact-xs"
          leftSection={<Icon size={11} aria-hidden />}
          aria-label={jobAction(paused ? "resumeOf" : "pauseOf", job, t)}
          onClick={() => attempt(() => (paused ? resume : pause)(job.id))}
        >
          {t(paused ? "jobs.resume" : "jobs.pause")}
        </Button>
        <Button
          className={styles.action}
          variant="default"
          size="compact-xs"
          aria-label={jobAction("cancelOf", job, t)}
          onClick={() => attempt(() => cancel(job.id))}
        >
          {t("jobs.cancel")}
        </Button>
      </>
    );
  }
  return (
    <>
      {job.state === "done" && (
        <>
          <Button
            className={styles.action}
            variant="default"
            size="compact-xs"
            aria-label={t("jobs.openOf", { target })}
            onClick={() => attempt(() => open([job.target]))}
          >
            {t("jobs.open")}
          </Button>
          {receiptId !== undefined && (
            <Button
              className={styles.action}
              variant="default"
              size="compact-xs"
              leftSection={<ReceiptText size={12} aria-hidden />}
              aria-label={t("jobs.receiptOf", { target })}
              onClick={() =>
                attempt(() => useReceipts.getState().show(receiptId, t("receipt.gone")))
              }
            >
              {t("jobs.receipt")}
            </Button>
          )}
          <Tooltip label={t("jobs.showInFolder")}>
            <ActionIcon
              variant="default"
              size={22}
              aria-label={t("jobs.showInFolderOf", { target })}
              onClick={() => attempt(() => call("image.showInFolder", { path: job.target }))}
            >
              <FolderSearch size={13} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </>
      )}
      <Tooltip label={t("jobs.dismiss")}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={22}
          aria-label={jobAction("dismissOf", job, t)}
          onClick={() => attempt(() => dismiss(job.id))}
        >
          <X size={13} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
