import { Bytes } from "./bytes";
import styles from "./legend.module.css";
import type { Segment } from "./size-bar";
import { colourOf } from "./tones";

/** What the colours of a bar mean, with their sizes; what there is nothing of is left out. */
export function Legend({ segments }: { segments: readonly Segment[] }) {
  return (
    <ul className={styles.legend}>
      {segments
        .filter(({ bytes }) => bytes > 0)
        .map(({ tone, label, bytes }) => (
          <li key={`${tone} ${label}`}>
            <span className={styles.swatch} style={{ background: colourOf(tone) }} />
            <span className={styles.label}>{label}</span>
            <Bytes value={bytes} />
          </li>
        ))}
    </ul>
  );
}
