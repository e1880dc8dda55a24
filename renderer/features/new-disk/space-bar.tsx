import type { Space } from "../../state/space-choices";
import styles from "./space-bar.module.css";

interface SpaceBarProps {
  space: Space;
  /** Bytes that the host gives now. */
  now: number;
  /** Bytes that the whole width stands for. */
  scale: number;
  /** The same in words. */
  text: string;
}

/** More than the widest bar has room for. */
const zeros = "0".repeat(160);

/** What the host gives now of what is promised: hatched is promised only, plain is reserved, 0 is written. */
export function SpaceBar({ space, now, scale, text }: SpaceBarProps) {
  const percent = scale > 0 ? Math.min(100, (100 * now) / scale) : 0;
  return (
    <span className={styles.bar} role="img" aria-label={text}>
      {now > 0 && (
        <span
          className={styles.given}
          data-space={space}
          data-digits={space === "eager" ? zeros : undefined}
          style={{ width: `${percent}%` }}
        />
      )}
    </span>
  );
}
