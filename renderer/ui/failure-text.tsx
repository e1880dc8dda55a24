import { useTranslation } from "react-i18next";
import type { Failure } from "../../shared/model/report";
import { failureWords } from "../text/failure-text";
import { sentences } from "../text/sentence";
import styles from "./failure-text.module.css";

interface FailureTextProps {
  failure: Failure;
  /** Says what did not work, where the kind of error alone does not. */
  headline?: string;
  /** Whether to tell the next step, too; where buttons for it stand below, they do. */
  step?: boolean;
}

/** What went wrong, what to do next, and the exact words of the engine below. */
export function FailureText({ failure, headline, step = true }: FailureTextProps) {
  const { t } = useTranslation();
  const words = failureWords(failure, t);
  const next = step ? words.step : undefined;
  return (
    <span className={styles.failure}>
      <strong>{headline ?? words.headline}</strong>
      <span>{headline === undefined ? next : sentences(words.headline, next)}</span>
      <small lang="en">{words.detail}</small>
    </span>
  );
}
