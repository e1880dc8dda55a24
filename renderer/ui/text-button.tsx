import { UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./text-button.module.css";

interface TextButtonProps {
  /** Whether what the button folds is open; absent when it folds nothing. */
  expanded?: boolean;
  /** Left out of the tab order, where a part around it moves the focus. */
  outOfTabs?: boolean;
  onClick: () => void;
  children: ReactNode;
}

/** A small action that reads as a link. */
export function TextButton({ expanded, outOfTabs = false, onClick, children }: TextButtonProps) {
  return (
    <UnstyledButton
      className={styles.button}
      aria-expanded={expanded}
      tabIndex={outOfTabs ? -1 : undefined}
      onClick={onClick}
    >
      {children}
    </UnstyledButton>
  );
}
