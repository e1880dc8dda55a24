import type { ReactNode } from "react";
import styles from "./badge.module.css";

interface BadgeProps {
  tone?: "plain" | "warn" | "bad";
  children: ReactNode;
}

/** A short fact in a frame. */
export function Badge({ tone = "plain", children }: BadgeProps) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {children}
    </span>
  );
}
