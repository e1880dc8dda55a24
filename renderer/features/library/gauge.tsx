import { Tooltip } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { formatSize } from "../../text/format";
import styles from "./library.module.css";
import type { Overcommit } from "./overcommit";
import type { OvercommitText } from "./overcommit-text";

interface GaugeProps {
  overcommit: Overcommit;
  text: OvercommitText;
  /** Whether the figures are shown without a pointer. */
  told: boolean;
}

/**
 * A bar of what the disks take, what other folders on the volume take and may take, what may still come
 * and fits, and what does not fit; what is left of the bar stays free. The head's name says it in words,
 * and pointing at it, or going to the head with the arrow keys, shows each figure.
 */
export function Gauge({ overcommit, text, told }: GaugeProps) {
  const { taken, toCome, others, available, lacking } = overcommit;
  const whole = Math.max(taken + toCome + others.taken + others.toCome, available, 1);
  const width = (bytes: number) => ({ width: `${(100 * bytes) / whole}%` });
  const fits = Math.max(0, toCome - lacking);
  const ofOthers = others.taken + others.toCome - Math.max(0, lacking - toCome);
  return (
    // Beside the rows: those below it stay in sight.
    <Tooltip
      label={<Figures overcommit={overcommit} />}
      position="right-start"
      openDelay={300}
      {...(told && { opened: true })}
    >
      <span className={styles.gauge} data-over={lacking > 0 || undefined} data-testid="overcommit">
        <span className={styles.measure} aria-hidden>
          <span data-part="taken" style={width(taken)} />
          <span data-part="fits" style={width(fits)} />
          <span data-part="others" style={width(ofOthers)} />
          <span data-part="lacking" style={width(lacking)} />
        </span>
        <small>
          <span>
            {lacking > 0 && <TriangleAlert size={11} aria-hidden />}
            {text.promised}
          </span>
          <span>{text.free}</span>
        </small>
      </span>
    </Tooltip>
  );
}

/** Each figure with its name and, where it is in the bar, its colour. */
function Figures({ overcommit }: { overcommit: Overcommit }) {
  const { t } = useTranslation();
  const { promised, taken, toCome, others, free, capacity, lacking } = overcommit;
  const rows = [
    { name: "promised", bytes: promised },
    { name: "taken", part: "taken", bytes: taken },
    { name: "toCome", part: "fits", bytes: toCome },
    ...(others.folders > 0
      ? [{ name: "ofOthers", part: "others", bytes: others.taken + others.toCome } as const]
      : []),
    { name: "freeNow", part: "free", bytes: free },
    { name: "capacity", bytes: capacity },
    ...(lacking > 0 ? [{ name: "lackingThen", part: "lacking", bytes: lacking } as const] : []),
  ] as const;
  return (
    <span className={styles.figures} data-testid="overcommit-figures">
      {rows.map((row) => (
        <span key={row.name}>
          <i data-part={"part" in row ? row.part : undefined} />
          <span>{t(`library.overcommit.figure.${row.name}`)}</span>
          <b>{formatSize(row.bytes)}</b>
        </span>
      ))}
    </span>
  );
}
