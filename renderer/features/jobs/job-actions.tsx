import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { FolderSearch, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Job } from "../../../shared/model/job";
import { call } from "../../api/client";
import { nameOf } from "../../api/paths";
import { useImages } from "../../state/images";
import { hasEnded, useJobs } from "../../state/jobs";
import { attempt } from "../../state/view";
import styles from "./jobs.module.css";

/** What can be done with a job as it stands. */
export function JobActions({ job }: { job: Job }) {
  const { t } = useTranslation();
  const { cancel, dismiss } = useJobs.getState();
  const { open } = useImages.getState();
  const source = nameOf(job.source);
  const target = nameOf(job.target);
  if (!hasEnded(job)) {
    return (
      <Button
        className={styles.action}
        variant="default"
        size="compact-xs"
        aria-label={t("jobs.cancelOf", { source })}
        onClick={() => attempt(() => cancel(job.id))}
      >
        {t("jobs.cancel")}
      </Button>
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
          aria-label={t("jobs.dismissOf", { source, format: job.format })}
          onClick={() => attempt(() => dismiss(job.id))}
        >
          <X size={13} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
