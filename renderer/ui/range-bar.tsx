import styles from "./range-bar.module.css";

interface RangeBarProps {
  /** What is drawn, in words. */
  text: string;
  /** Bytes that the whole width stands for. */
  size: number;
  /** Bytes, ascending. */
  ranges: readonly { readonly at: number; readonly length: number }[];
  /** A CSS colour. */
  colour: string;
}

/** Columns that are told apart: more than a window has pixels for it. */
const columns = 2000;

/** The disk from its beginning to its end, coloured where something is; the smallest range shows. */
export function RangeBar({ text, size, ranges, colour }: RangeBarProps) {
  const strokes: { from: number; to: number }[] = [];
  for (const { at, length } of ranges) {
    const from = Math.floor((at / size) * columns);
    const to = Math.max(from + 2, Math.ceil(((at + length) / size) * columns));
    const last = strokes.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else strokes.push({ from, to });
  }
  return (
    <svg
      className={styles.bar}
      viewBox={`0 0 ${columns} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={text}
    >
      {strokes.map(({ from, to }) => (
        <rect key={from} x={from} y={0} width={to - from} height={1} fill={colour} />
      ))}
    </svg>
  );
}
