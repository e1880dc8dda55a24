import { Tooltip } from "@mantine/core";
import { memo, useState } from "react";
import styles from "./ellipsis.module.css";

interface EllipsisProps {
  children: string;
  /** What hovering tells in any case; by default the text itself, where it is cut. */
  full?: string;
}

/** One line that ends in "…" where there is no room. */
export const Ellipsis = memo(function Ellipsis({ children, full }: EllipsisProps) {
  const [cut, setCut] = useState(false);
  return (
    <Tooltip
      label={full ?? children}
      disabled={full === undefined && !cut}
      multiline
      maw={560}
      openDelay={500}
      classNames={{ tooltip: styles.full }}
    >
      <span
        className={styles.line}
        onMouseEnter={({ currentTarget }) =>
          setCut(currentTarget.scrollWidth > currentTarget.clientWidth)
        }
      >
        {children}
      </span>
    </Tooltip>
  );
});
