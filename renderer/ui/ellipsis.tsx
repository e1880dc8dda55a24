import { Tooltip } from "@mantine/core";
import { memo, useEffect, useRef, useState } from "react";
import styles from "./ellipsis.module.css";

interface EllipsisProps {
  children: string;
  /** What hovering tells in any case; by default the text itself, where it is cut. */
  full?: string;
}

/** Milliseconds that the pointer rests before more is told. */
const rest = 500;

/** One line that ends in "…" where there is no room. */
export const Ellipsis = memo(function Ellipsis({ children, full }: EllipsisProps) {
  const line = useRef<HTMLSpanElement>(null);
  const waiting = useRef<number>(undefined);
  const [told, setTold] = useState(false);
  useEffect(() => () => window.clearTimeout(waiting.current), []);
  const enter = () => {
    const { scrollWidth, clientWidth } = line.current ?? { scrollWidth: 0, clientWidth: 0 };
    if (full === undefined && scrollWidth <= clientWidth) return;
    waiting.current = window.setTimeout(() => setTold(true), rest);
  };
  const leave = () => {
    window.clearTimeout(waiting.current);
    setTold(false);
  };
  return (
    <>
      <span ref={line} className={styles.line} onMouseEnter={enter} onMouseLeave={leave}>
        {children}
      </span>
      {/* There only while it is to be seen: long lists have one a row, and are drawn while they scroll. */}
      {told && (
        <Tooltip
          opened
          target={line}
          label={full ?? children}
          multiline
          maw={560}
          classNames={{ tooltip: styles.full }}
        />
      )}
    </>
  );
});
