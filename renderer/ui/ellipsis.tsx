import { Tooltip } from "@mantine/core";
import { memo, useEffect, useRef, useState } from "react";
import styles from "./ellipsis.module.css";

interface EllipsisProps {
  children: string;
  /** What hovering tells in any case; by default the text itself, where it is cut. */
  full?: string;
  /** Lines that it may take; one by default. */
  lines?: 2;
}

/** Milliseconds that the pointer rests before more is told. */
const rest = 500;

/** One line, or as many as `lines` says, that end in "…" where there is no room. */
export const Ellipsis = memo(function Ellipsis({ children, full, lines }: EllipsisProps) {
  const line = useRef<HTMLSpanElement>(null);
  const waiting = useRef<number>(undefined);
  const [told, setTold] = useState(false);
  useEffect(() => () => window.clearTimeout(waiting.current), []);
  const enter = () => {
    const shown = line.current;
    const cut =
      shown !== null &&
      (shown.scrollWidth > shown.clientWidth || shown.scrollHeight > shown.clientHeight + 1);
    if (full === undefined && !cut) return;
    waiting.current = window.setTimeout(() => setTold(true), rest);
  };
  const leave = () => {
    window.clearTimeout(waiting.current);
    setTold(false);
  };
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- only the tooltip hears them */}
      <span
        ref={line}
        className={lines === undefined ? styles.line : styles.lines}
        onMouseEnter={enter}
        onMouseLeave={leave}
        // Who presses it wants to see what comes, not what lies over it.
        onMouseDown={leave}
      >
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
