import { Ban, CircleAlert, CircleCheck, CirclePause, Clock, RefreshCw } from "lucide-react";
import type { Job } from "../../../shared/model/job";
import styles from "./jobs.module.css";

const icons = {
  waiting: Clock,
  running: RefreshCw,
  paused: CirclePause,
  done: CircleCheck,
  failed: CircleAlert,
  cancelled: Ban,
} as const;

/** The state of a job as a sign. */
export function JobIcon({ state }: { state: Job["state"] }) {
  const Icon = icons[state];
  return <Icon className={styles.icon} data-state={state} size={15} aria-hidden />;
}
