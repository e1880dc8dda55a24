import type { CheckFinding } from "../../../../../shared/model/check";

/** Findings that a result lists. */
const mostListed = 1000;

/** Collects what a check finds and counts it. */
export interface Findings {
  readonly counts: { corruption: number; leak: number; error: number; note: number };
  readonly listed: CheckFinding[];
  /** Findings beyond those listed. */
  more: number;
  /** Notes a finding that counts `times`; `text` is made only when it is listed. */
  add(kind: CheckFinding["kind"], at: number, text: () => string, times?: number): void;
}

/** No findings yet. */
export function createFindings(): Findings {
  const findings: Findings = {
    counts: { corruption: 0, leak: 0, error: 0, note: 0 },
    listed: [],
    more: 0,
    add(kind, at, text, times = 1) {
      findings.counts[kind] += times;
      if (findings.listed.length < mostListed) findings.listed.push({ kind, at, text: text() });
      else findings.more += 1;
    },
  };
  return findings;
}
