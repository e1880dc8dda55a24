import type { ReactNode } from "react";
import styles from "./note.module.css";

interface NoteProps {
  tone?: "info" | "ok" | "warn" | "bad";
  /** "alert" is read out at once. */
  role?: "note" | "alert";
  testId?: string;
  children: ReactNode;
}

/** A sentence or two that matter, set off by a coloured edge. */
export function Note({ tone = "info", role = "note", testId, children }: NoteProps) {
  return (
    <div className={styles.note} data-tone={tone} role={role} data-testid={testId}>
      {children}
    </div>
  );
}
