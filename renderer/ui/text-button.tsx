import { UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./text-button.module.css";

interface TextButtonProps {
  /** Whether what the button folds is open; absent when it folds nothing. */
  expanded?: boolean;
  onClick: () => void;
  children: ReactNode;
}

/** A small action that reads as a link. */
export function TextButton({ expanded, onClick, children }: TextButtonProps) {
  return (
    <UnstyledButton className={styles.button} aria-expanded={expanded} onClick={onClick}>
      {children}
    </UnstyledButton>
  );
}
