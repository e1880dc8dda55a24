import { Popover, UnstyledButton } from "@mantine/core";
import { ChevronUp } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { hasEnded, leadingJob, useJobs } from "../../state/jobs";
import { useReceipts } from "../../state/receipts";
import { failureWords } from "../../text/failure-text";
import { Ellipsis } from "../../ui/ellipsis";
import { useDragOut } from "./drag-out";
import { JobActions } from "./job-actions";
import { JobIcon } from "./job-icon";
import { JobItem } from "./job-item";
import { jobOutcome, jobProgress, jobTitle, showsProgress } from "./job-text";
import styles from "./jobs.module.css";
import { JobProgressBar } from "./job-progress-bar";
import { sentences } from "../../text/sentence";

/** The bar at the bottom, while there are jobs: one of them at a glance, all of them in a list above. */
export function JobsBar() {
  const { t } = useTranslation();
  const jobs = useJobs((state) => state.jobs);
  const job = leadingJob(jobs);
  const dragOut = useDragOut(job);
  if (job === undefined) return null;
  const title = jobTitle(job, t);
  const outcome = jobOutcome(job, t);
  const words = job.failure && failureWords(job.failure, t);
  const failed = jobs.filter((one) => one.state === "failed" && one !== job).length;
  return (
    <footer className={styles.bar} aria-label={t("jobs.bar")} data-testid="jobs-bar">
      <JobIcon state={job.state} />
      <span className={styles.title} {...dragOut}>
        <Ellipsis>{title}</Ellipsis>
      </span>
      {showsProgress(job) && <JobProgressBar job={job} />}
      {jobProgress(job, t).map((part) => (
        <span className={styles.part} key={part}>
          {part}
        </span>
      ))}
      {outcome !== undefined && (
        <span className={styles.outcome} data-state={job.state}>
          <Ellipsis full={words && sentences(words.headline, words.step, words.detail)}>
            {outcome}
          </Ellipsis>
        </span>
      )}
      <JobActions job={job} />
      <span className={styles.space} />
      {failed > 0 && (
        <span className={styles.failed}>{t("jobs.failedCount", { count: failed })}</span>
      )}
      <AllJobs />
      <span className={styles.spoken} role="status">
        {hasEnded(job) ? `${title}. ${outcome ?? ""}` : ""}
      </span>
    </footer>
  );
}

/** Opens the list. Not drawn anew when a job gets further. */
function AllJobs() {
  const { t } = useTranslation();
  const active = useJobs(({ jobs }) => jobs.filter((one) => !hasEnded(one)).length);
  const count = useJobs(({ jobs }) => jobs.length);
  const [listed, setListed] = useState(false);
  // The list would lie over the receipt that was opened from it.
  const covered = useReceipts((receipts) => receipts.shown !== undefined);
  return (
    <Popover
      opened={listed && !covered}
      onChange={setListed}
      offset={10}
      position="top-end"
      width={460}
      shadow="md"
      radius={12}
      trapFocus
    >
      <Popover.Target>
        <UnstyledButton
          className={styles.all}
          aria-label={t("jobs.showList")}
          onClick={() => setListed(!listed)}
        >
          {active > 0 ? t("jobs.active", { count: active }) : t("jobs.list", { count })}
          <ChevronUp size={13} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={styles.list} aria-label={t("jobs.title")}>
        <JobList />
      </Popover.Dropdown>
    </Popover>
  );
}

function JobList() {
  const jobs = useJobs((state) => state.jobs);
  return (
    <ul>
      {jobs.toReversed().map((one) => (
        <JobItem key={one.id} job={one} />
      ))}
    </ul>
  );
}
