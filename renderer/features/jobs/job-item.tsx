import { useTranslation } from "react-i18next";
import type { Job } from "../../../shared/model/job";
import { failureWords } from "../../text/failure-text";
import { formatCount, formatOffset } from "../../text/format";
import { useDragOut } from "./drag-out";
import { JobActions } from "./job-actions";
import { JobIcon } from "./job-icon";
import { jobOutcome, jobProgress, jobTitle, showsProgress } from "./job-text";
import styles from "./jobs.module.css";
import { JobProgressBar } from "./job-progress-bar";

/** One job in the list, with all that is known of it. */
export function JobItem({ job }: { job: Job }) {
  const { t } = useTranslation();
  const { failure } = job;
  const words = failure && failureWords(failure, t);
  const dragOut = useDragOut(job);
  const title = jobTitle(job, t);
  return (
    <li className={styles.item} data-testid="job" data-state={job.state} data-target={job.target}>
      <div className={styles.itemHead} {...dragOut}>
        <JobIcon state={job.state} />
        <strong title={dragOut.title ?? title}>{title}</strong>
      </div>
      {showsProgress(job) && <JobProgressBar job={job} />}
      <div className={styles.itemFoot}>
        <p className={styles.line}>{jobProgress(job, t).join(" · ") || jobOutcome(job, t)}</p>
        <JobActions job={job} />
      </div>
      {words !== undefined && (
        <>
          <p className={styles.hint}>{words.step}</p>
          <p className={styles.hint} lang="en">
            {words.detail}
          </p>
        </>
      )}
      <details className={styles.details}>
        <summary>{t("jobs.details")}</summary>
        <dl>
          {job.source !== undefined && (
            <>
              <dt>{t("jobs.from")}</dt>
              <dd>{job.source}</dd>
            </>
          )}
          <dt>{t("jobs.to")}</dt>
          <dd>{job.target}</dd>
          {failure?.file !== undefined && (
            <>
              <dt>{t("failure.file")}</dt>
              <dd>{failure.file}</dd>
            </>
          )}
          {failure?.at !== undefined && (
            <>
              <dt>{t("failure.at")}</dt>
              <dd>
                {t("failure.atValue", {
                  hex: formatOffset(failure.at),
                  decimal: formatCount(failure.at),
                })}
              </dd>
            </>
          )}
          <dt>{t("jobs.command")}</dt>
          <dd>
            <code>{job.command}</code>
          </dd>
        </dl>
      </details>
    </li>
  );
}
