import type { TFunction } from "i18next";
import type { Job } from "../../../shared/model/job";
import { nameOf } from "../../api/paths";
import { formatProgress, formatSize, formatSpeed, splitDuration } from "../../text/format";
import { formatName } from "../../text/format-name";
import { failureWords } from "../../text/failure-text";

/** What a job is, in one line. */
export function jobTitle({ state, phase, source, target, format }: Job, t: TFunction): string {
  if (source === undefined) return t(`jobs.create.${state}`, { target: nameOf(target) });
  const does = state === "running" && phase === "verifying" ? phase : state;
  return t(`jobs.${does}`, {
    source: nameOf(source),
    target: nameOf(target),
    format: formatName(format, t),
  });
}

/** What a button does to a job, with its name. */
export function jobAction(
  action: "pauseOf" | "resumeOf" | "cancelOf" | "dismissOf",
  { source, target, format }: Job,
  t: TFunction,
): string {
  return source === undefined
    ? t(`jobs.create.${action}`, { target: nameOf(target) })
    : t(`jobs.${action}`, { source: nameOf(source), format: formatName(format, t) });
}

/** Whether it is somewhere between its beginning and its end. */
export function showsProgress({ state, total }: Job): boolean {
  return state === "running" || (state === "paused" && total > 0);
}

/** How far a running or paused job is: amount, speed, time left; what is not known yet is left out. */
export function jobProgress(job: Job, t: TFunction): string[] {
  if (!showsProgress(job)) return [];
  if (job.total === 0) return [t("jobs.planning")];
  const parts = [t("jobs.progress", formatProgress(job.done, job.total))];
  if (job.speed !== undefined) parts.push(formatSpeed(job.speed));
  if (job.secondsLeft !== undefined) {
    const { unit, ...left } = splitDuration(job.secondsLeft);
    parts.push(t(`jobs.${unit}`, left));
  }
  return parts;
}

/** What an ended job left: the size of its result, its error, or nothing. */
export function jobOutcome({ state, result, failure }: Job, t: TFunction): string | undefined {
  if (state === "failed") return failure && failureWords(failure, t).headline;
  if (state === "cancelled") return t("jobs.nothingLeft");
  if (state !== "done" || result === undefined) return undefined;
  const length = formatSize(result.fileLength);
  const size =
    result.allocated === undefined
      ? t("jobs.result", { length })
      : t("jobs.resultTaken", { length, allocated: formatSize(result.allocated) });
  const salvaged = result.salvaged?.bytes ?? 0;
  if (salvaged > 0) return t("jobs.salvaged", { size, lost: formatSize(salvaged) });
  if (result.sourceChanged) return t("jobs.sourceChanged", { size });
  return result.verification === undefined ? size : t("jobs.verified", { size });
}
