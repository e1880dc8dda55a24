import styles from "./progress-bar.module.css";

interface ProgressBarProps {
  /** What goes on, for those who do not see it. */
  label: string;
  /** How far it is, in words. */
  text: string;
  done: number;
  /** 0 while it is not known: the bar is indeterminate then. */
  total: number;
}

/** A thin line that fills as something goes on. */
export function ProgressBar({ label, text, done, total }: ProgressBarProps) {
  const percent = total > 0 ? Math.min(100, (100 * done) / total) : undefined;
  return (
    <div
      className={styles.progress}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent === undefined ? undefined : Math.floor(percent)}
      aria-valuetext={text}
      data-unknown={percent === undefined || undefined}
    >
      <span style={percent === undefined ? undefined : { width: `${percent}%` }} />
    </div>
  );
}
