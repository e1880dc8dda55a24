import i18next, { type TFunction } from "i18next";
import type { Failure } from "../../shared/model/report";
import { hasFailureTitle } from "./i18n";
import { sentences } from "./sentence";

/** What went wrong in the window's language, and in the engine's own words. */
export interface FailureWords {
  readonly headline: string;
  /** What to do next; the engine's own hint where that is in the window's language. */
  readonly step: string | undefined;
  /** English, with all that is known of the case. */
  readonly detail: string;
  /** Whether the detail is in another language than the rest. */
  readonly foreign: boolean;
}

/** The words for a failure: the engine tells its messages and hints in English only. */
export function failureWords({ code, message, hint }: Failure, t: TFunction): FailureWords {
  const own = hint !== undefined && inEnglish();
  const foreign = !inEnglish();
  if (!hasFailureTitle(code))
    return {
      headline: t("failure.unknown"),
      step: own ? sentences(hint) : undefined,
      detail: own ? sentences(message) : sentences(message, hint),
      foreign,
    };
  return {
    headline: t(`failure.title.${code}`),
    step: own ? sentences(hint) : t(`failure.step.${code}`),
    detail: own ? sentences(message) : sentences(message, hint),
    foreign,
  };
}

/** What went wrong, as a part of another text: as exactly as the window's language allows. */
export function failureLine(failure: Failure, t: TFunction): string {
  return sentences(inEnglish() ? failure.message : failureWords(failure, t).headline);
}

const inEnglish = (): boolean => i18next.language === "en";
