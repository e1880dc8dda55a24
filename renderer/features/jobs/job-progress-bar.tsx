import { useTranslation } from "react-i18next";
import type { Job } from "../../../shared/model/job";
import { ProgressBar } from "../../ui/progress-bar";
import { jobProgress, jobTitle } from "./job-text";
import styles from "./jobs.module.css";

/** How far a running job is; indeterminate until its plan is made. */
export function JobProgressBar({ job }: { job: Job }) {
  const { t } = useTranslation();
  return (
    <div className={styles.progress}>
      <ProgressBar
        label={jobTitle(job, t)}
        text={jobProgress(job, t).join(", ")}
        done={job.done}
        total={job.total}
      />
    </div>
  );
}
