import type { TFunction } from "i18next";
import type { PreflightFinding, Purpose } from "../../shared/model/preflight";
import { formatRoundSize } from "../text/format";

/** The purpose's name, and what it takes best, as short texts. */
export function purposeText(purpose: Purpose, t: TFunction): { name: string; takes: string } {
  return { name: t(`preflight.purpose.${purpose}`), takes: t(`preflight.takes.${purpose}`) };
}

/** Values that count; every other number of a finding is bytes. */
const counts: ReadonlySet<string> = new Set(["count", "number"]);

/** The finding as a sentence. */
export function findingText({ id, values = {} }: PreflightFinding, t: TFunction): string {
  const shown = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === "number" && !counts.has(name) ? formatRoundSize(value) : value,
  ]);
  return t(`preflight.finding.${id}`, Object.fromEntries(shown) as { count: number });
}
