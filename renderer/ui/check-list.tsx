import { VisuallyHidden } from "@mantine/core";
import { Check, CircleAlert, Minus, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PreflightFinding } from "../../shared/model/preflight";
import styles from "./check-list.module.css";

/** One thing that was looked at before a job, and what came of it. */
export interface CheckLine {
  readonly level: PreflightFinding["level"];
  readonly text: string;
  /** What would mend it. */
  readonly action?: ReactNode;
}

const icons = { good: Check, note: Minus, warning: TriangleAlert, stop: CircleAlert } as const;

/** What was looked at before a job begins. */
export function CheckList({ lines }: { lines: readonly CheckLine[] }) {
  const { t } = useTranslation();
  return (
    <ul className={styles.checks}>
      {lines.map(({ level, text, action }) => {
        const Icon = icons[level];
        return (
          <li key={text} data-kind={level}>
            <Icon size={14} aria-hidden />
            <span>
              {level !== "good" && level !== "note" && (
                <VisuallyHidden>{t(`convert.checks.level.${level}`)} </VisuallyHidden>
              )}
              {text} {action}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
