import { UnstyledButton } from "@mantine/core";
import type { ComponentProps, ReactNode } from "react";
import type { HeldProps } from "./held";
import styles from "./text-button.module.css";

interface TextButtonProps
  extends
    Pick<ComponentProps<"button">, "title" | "aria-label">,
    Partial<Omit<HeldProps, "onClick" | "title">> {
  /** Whether what the button folds is open; absent when it folds nothing. */
  expanded?: boolean;
  /** Left out of the tab order, where a part around it moves the focus. */
  outOfTabs?: boolean;
  onClick: HeldProps["onClick"];
  children: ReactNode;
}

/** A small action that reads as a link. */
export function TextButton({ expanded, outOfTabs = false, ...button }: TextButtonProps) {
  return (
    <UnstyledButton
      aria-expanded={expanded}
      tabIndex={outOfTabs ? -1 : undefined}
      {...button}
      // Last: a tooltip around it hands an empty one down.
      className={styles.button}
    />
  );
}
