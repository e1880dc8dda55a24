import { colourOf, type Tone } from "./tones";
import styles from "./slab.module.css";

type Ranges = readonly { readonly at: number; readonly length: number }[];

/** One set of stretches in one colour. */
export interface Stratum {
  readonly tone: Tone;
  readonly ranges: Ranges;
  /** Drawn pale: it is there, and hidden. */
  readonly pale?: boolean;
}

interface SlabProps {
  /** What is drawn, in words. */
  text: string;
  /** Bytes that the whole width stands for. */
  size: number;
  /** Drawn in this order, one over the other. */
  strata: readonly Stratum[];
  /** The sum of all layers, in a dashed frame. */
  composed?: boolean;
}

/** The length of a disk, filled where something is. */
export function Slab({ text, size, strata, composed = false }: SlabProps) {
  return (
    <svg
      className={styles.slab}
      data-composed={composed || undefined}
      viewBox="0 0 2048 1"
      preserveAspectRatio="none"
      role="img"
      aria-label={text}
    >
      {strata.map(({ tone, ranges, pale = false }) => (
        <path
          key={`${tone} ${pale}`}
          d={ranges
            .map(({ at, length }) => {
              const width = Math.max(2, (length / size) * 2048);
              return `M${(at / size) * 2048} 0h${width}v1h${-width}z`;
            })
            .join("")}
          fill={colourOf(tone)}
          opacity={pale ? 0.28 : 1}
        />
      ))}
    </svg>
  );
}
