import { UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import type { HeldProps } from "./held";
import styles from "./text-button.module.css";

interface TextButtonProps extends Partial<Omit<HeldProps, "onClick">> {
  /** Whether what the button folds is open; absent when it folds nothing. */
  expanded?: boolean;
  onClick: HeldProps["onClick"];
  children: ReactNode;
}

/** A small action that reads as a link. */
export function TextButton({ expanded, ...button }: TextButtonProps) {
  return <UnstyledButton className={styles.button} aria-expanded={expanded} {...button} />;
}
