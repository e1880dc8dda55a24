import type { CheckFinding, CheckFindingId, CheckResult } from "../../../shared/model/check";
import { ImageError } from "../errors";
import { fillIn, type TextValues } from "./fill-in";
import { findingTexts } from "./finding-texts";

/** What a check counted besides its findings; what a format does not have is absent. */
interface Counted {
  /** Byte behind the last unit in use. */
  readonly imageEndOffset: number;
  readonly totalClusters: number;
  readonly allocatedClusters: number;
  readonly compressedClusters?: number;
  readonly dirty?: boolean;
}

/** Findings that a result lists. */
const mostListed = 1000;

/** Collects what a check finds and counts it. */
export interface Findings {
  readonly counts: { corruption: number; leak: number; error: number; note: number };
  readonly listed: CheckFinding[];
  /** Findings beyond those listed. */
  more: number;
  /** Notes a finding that counts `times`; `values` are made only when it is listed. */
  add(
    kind: CheckFinding["kind"],
    at: number,
    id: CheckFindingId,
    values?: () => TextValues,
    times?: number,
  ): void;
  /** Notes what kept a part from being checked. @param file Its name, where the text need not say it. */
  addUnreadable(error: ImageError, file?: string): void;
}

/** No findings yet. */
export function createFindings(): Findings {
  const findings: Findings = {
    counts: { corruption: 0, leak: 0, error: 0, note: 0 },
    listed: [],
    more: 0,
    add(kind, at, id, valuesOf, times = 1) {
      findings.counts[kind] += times;
      list(() => {
        const values = valuesOf?.();
        const text = fillIn(findingTexts[id], values);
        return { kind, at, id, ...(values && { values }), text };
      });
    },
    addUnreadable({ code, message, at = 0 }, file) {
      findings.counts.error += 1;
      const text = file === undefined ? message : message.replace(`${file}: `, "");
      list(() => ({ kind: "error", at, id: "part-unreadable", values: { code }, text }));
    },
  };

  function list(make: () => CheckFinding): void {
    if (findings.listed.length < mostListed) findings.listed.push(make());
    else findings.more += 1;
  }

  return findings;
}

/** Blocks or grains that a check keeps in mind, at most: as many as 4 TiB in pieces of 64 KiB have. */
const mostPlaces = 2 ** 26;

/** Refuses a file with more blocks than can be kept in mind. @throws ImageError `limit`. */
export function requireCheckable(file: string, found: number, expected: number = mostPlaces): void {
  if (found <= expected) return;
  throw new ImageError("limit", `${file} has too many blocks to be checked`, {
    file,
    expected: `at most ${expected}`,
    found,
  });
}

/** The result of a check of blocks or grains, which the counts call clusters, as qemu-img does. */
export function resultOf({ counts, listed, more }: Findings, counted: Counted): CheckResult {
  return {
    checkErrors: counts.error,
    corruptions: counts.corruption,
    leaks: counts.leak,
    fragmentedClusters: 0,
    compressedClusters: 0,
    dirty: false,
    corrupt: false,
    ...counted,
    findings: listed,
    moreFindings: more,
  };
}
