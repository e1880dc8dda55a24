import type { TFunction } from "i18next";
import type { Failure } from "../../../shared/model/report";
import { formatCount, formatOffset } from "../../text/format";
import type { Fact } from "../../ui/fact-list";

/** Where it happened, what should have been there and what was. */
export function failureFacts({ file, at, expected, found, code }: Failure, t: TFunction): Fact[] {
  const facts: Fact[] = [];
  if (file !== undefined)
    facts.push({ name: t("failure.file"), value: file, testId: "failure-file" });
  if (at !== undefined)
    facts.push({
      name: t("failure.at"),
      value: t("failure.atValue", { hex: formatOffset(at), decimal: formatCount(at) }),
      testId: "failure-at",
    });
  if (expected !== undefined)
    facts.push({ name: t("failure.expected"), value: expected, testId: "failure-expected" });
  if (found !== undefined)
    facts.push({ name: t("failure.found"), value: found, testId: "failure-found" });
  facts.push({ name: t("failure.code"), value: code, mono: true, testId: "failure-code" });
  return facts;
}
