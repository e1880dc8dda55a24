import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { UnfinishedJob } from "../../../shared/model/unfinished-job";
import { nameOf } from "../../api/paths";
import { useUnfinished } from "../../state/unfinished";
import { attempt } from "../../state/view";
import { formatDate, formatSize } from "../../text/format";
import { Note } from "../../ui/note";
import styles from "./unfinished.module.css";

/** What became of conversions that had not ended when Lamina did; each stays until it is answered. */
export function Unfinished() {
  const { t } = useTranslation();
  const jobs = useUnfinished((unfinished) => unfinished.jobs);
  if (jobs.length === 0) return null;
  return (
    <section className={styles.list} aria-label={t("unfinished.label")}>
      {jobs.map((job) => (
        <Note key={job.id} tone="warn" testId="unfinished">
          <UnfinishedNote job={job} />
        </Note>
      ))}
    </section>
  );
}

function UnfinishedNote({ job }: { job: UnfinishedJob }) {
  const { t } = useTranslation();
  const { forget, again } = useUnfinished.getState();
  const { id, partials, keptAside } = job;
  const source = job.source === undefined ? undefined : nameOf(job.source);
  const target = nameOf(job.target);
  return (
    <div className={styles.note}>
      <strong>
        {source === undefined
          ? t("unfinished.endedNew", { target })
          : t("unfinished.ended", { source, target })}
      </strong>
      <p>
        {t("unfinished.asked", { date: formatDate(Date.parse(job.startedAt) / 1000) })}{" "}
        {partials.length === 0 && t("unfinished.nothing")}
        {partials
          .map(({ path, size }) => t("unfinished.partial", { size: formatSize(size), path }))
          .join(" ")}{" "}
        {job.targetThere && t("unfinished.there", { target: job.target })}{" "}
        {keptAside !== undefined && t("unfinished.keptAside", { path: keptAside })}
      </p>
      <div className={styles.actions}>
        {partials.length > 0 && (
          <Button
            variant="default"
            size="compact-sm"
            aria-label={t("unfinished.removeOf", { target })}
            onClick={() => attempt(() => forget(id, true))}
          >
            {t("unfinished.remove")}
          </Button>
        )}
        {source !== undefined && (
          <Button
            variant="default"
            size="compact-sm"
            aria-label={t("unfinished.againOf", { source })}
            onClick={() => attempt(() => again(job))}
          >
            {t("unfinished.again")}
          </Button>
        )}
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          aria-label={t("unfinished.dismissOf", { target })}
          onClick={() => attempt(() => forget(id, false))}
        >
          {t("unfinished.dismiss")}
        </Button>
      </div>
    </div>
  );
}
