import type { TFunction } from "i18next";
import type { CheckFinding } from "../../shared/model/check";
import { shownValues } from "./detail-text";
import { failureLine } from "./failure-text";

/** A finding of a check as a sentence. */
export function checkText({ id, values, text }: CheckFinding, t: TFunction): string {
  if (id !== "part-unreadable") return t(`check.finding.${id}`, shownValues(values));
  const reason = failureLine({ code: String(values?.["code"]), message: text }, t);
  return t("check.finding.part-unreadable", { reason });
}
