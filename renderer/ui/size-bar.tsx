import { Tooltip } from "@mantine/core";
import { formatBytes, formatSize } from "../text/format";
import styles from "./size-bar.module.css";
import { colourOf, type Tone } from "./tones";

/** One stretch of a bar. */
export interface Segment {
  readonly tone: Tone;
  readonly label: string;
  /** Bytes. */
  readonly bytes: number;
}

interface SizeBarProps {
  /** What is measured, for those who do not see it. */
  label: string;
  /** The whole sentence for those who do not see it. */
  text: string;
  segments: readonly Segment[];
  /** Bytes that the whole width stands for; what the segments leave is hatched. */
  scale: number;
  thin?: boolean;
}

/** A bar of bytes; pointing at a segment names it and its exact bytes. */
export function SizeBar({ label, text, segments, scale, thin = false }: SizeBarProps) {
  const filled = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return (
    <div
      className={styles.bar}
      data-thin={thin || undefined}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(scale, filled)}
      aria-valuenow={filled}
      aria-valuetext={text}
    >
      {segments
        .filter(({ bytes }) => bytes > 0)
        .map((segment) => (
          <Tooltip
            key={segment.tone}
            label={`${segment.label}: ${formatSize(segment.bytes)} (${formatBytes(segment.bytes)})`}
          >
            <span
              className={styles.segment}
              style={{
                width: `${(100 * segment.bytes) / Math.max(scale, filled)}%`,
                background: colourOf(segment.tone),
              }}
            />
          </Tooltip>
        ))}
    </div>
  );
}
