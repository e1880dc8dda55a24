import { Tooltip } from "@mantine/core";
import styles from "./share-bar.module.css";
import { colourOf, type Tone } from "./tones";

interface ShareBarProps {
  /** What it says, in words; also shown when it is pointed at. */
  text: string;
  tone: Tone;
  /** Bytes. */
  value: number;
  /** Bytes up to which it is promised and not taken; drawn paler. */
  beyond?: number | undefined;
  /** Bytes that the whole width stands for. */
  scale: number;
}

/** A thin bar in a table: one size, held against the others. */
export function ShareBar({ text, tone, value, beyond, scale }: ShareBarProps) {
  const width = (bytes: number) => `${scale > 0 ? Math.min(100, (100 * bytes) / scale) : 0}%`;
  return (
    <Tooltip label={text} multiline maw={320}>
      <div className={styles.bar} role="img" aria-label={text}>
        {beyond !== undefined && <span data-beyond style={{ width: width(beyond) }} />}
        {value > 0 && <span style={{ width: width(value), background: colourOf(tone) }} />}
      </div>
    </Tooltip>
  );
}
