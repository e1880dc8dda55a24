import { useTranslation } from "react-i18next";
import type { Job } from "../../../shared/model/job";
import { jobProgress, jobTitle } from "./job-text";
import styles from "./jobs.module.css";

/** How far a running job is; indeterminate until its plan is made. */
export function ProgressBar({ job }: { job: Job }) {
  const { t } = useTranslation();
  const percent = job.total > 0 ? Math.min(100, (100 * job.done) / job.total) : undefined;
  return (
    <div
      className={styles.progress}
      role="progressbar"
      aria-label={jobTitle(job, t)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent === undefined ? undefined : Math.floor(percent)}
      aria-valuetext={jobProgress(job, t).join(", ")}
      data-unknown={percent === undefined || undefined}
    >
      <span style={percent === undefined ? undefined : { width: `${percent}%` }} />
    </div>
  );
}
