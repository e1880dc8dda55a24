import { Tooltip } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import styles from "./library.module.css";
import type { Overcommit } from "./overcommit";
import type { OvercommitText } from "./overcommit-text";

interface GaugeProps {
  overcommit: Overcommit;
  text: OvercommitText;
}

/**
 * A bar of what the disks take, what may still come and fits, and what does not fit; what is left of
 * the bar stays free. The head's name says it in words.
 */
export function Gauge({ overcommit, text }: GaugeProps) {
  const { taken, toCome, available, lacking } = overcommit;
  const whole = Math.max(taken + toCome, available, 1);
  const width = (bytes: number) => ({ width: `${(100 * bytes) / whole}%` });
  return (
    <Tooltip label={text.sentence} multiline maw={320} position="bottom-start" openDelay={500}>
      <span className={styles.gauge} data-over={lacking > 0 || undefined} data-testid="overcommit">
        <span className={styles.measure} aria-hidden>
          <span data-part="taken" style={width(taken)} />
          <span data-part="fits" style={width(toCome - lacking)} />
          <span data-part="lacking" style={width(lacking)} />
        </span>
        <small>
          {lacking > 0 && <TriangleAlert size={11} aria-hidden />}
          {text.short}
        </small>
      </span>
    </Tooltip>
  );
}
