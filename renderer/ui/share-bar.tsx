import { Tooltip } from "@mantine/core";
import styles from "./share-bar.module.css";
import { colourOf, type Tone } from "./tones";

interface ShareBarProps {
  /** What it says, in words; also shown when it is pointed at. */
  text: string;
  tone: Tone;
  /** Bytes. */
  value: number;
  /** Bytes that the whole width stands for. */
  scale: number;
}

/** A thin bar in a table: one size, held against the others. */
export function ShareBar({ text, tone, value, scale }: ShareBarProps) {
  const percent = scale > 0 ? Math.min(100, (100 * value) / scale) : 0;
  return (
    <Tooltip label={text} multiline maw={320}>
      <div className={styles.bar} role="img" aria-label={text}>
        {value > 0 && <span style={{ width: `${percent}%`, background: colourOf(tone) }} />}
      </div>
    </Tooltip>
  );
}
