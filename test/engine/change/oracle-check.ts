import { expect } from "vitest";
import type { CheckResult } from "../../../shared/model/check";
import { runOracle } from "../../helpers/qemu-img";

/** What `qemu-img check --output=json` prints; counts of 0 are left out. */
interface OracleCheck {
  readonly "check-errors": number;
  readonly corruptions?: number;
  readonly leaks?: number;
  readonly "image-end-offset"?: number;
  readonly "total-clusters"?: number;
  readonly "allocated-clusters"?: number;
  readonly "fragmented-clusters"?: number;
  readonly "compressed-clusters"?: number;
}

/** qemu-img's counts in Lamina's words; undefined when it cannot open or check the image at all. */
export function oracleCheck(path: string): { counts?: object; said: string } {
  const { stdout, stderr } = runOracle("qemu-img", ["check", "-f", "qcow2", "--output=json", path]);
  if (!stdout.trim().startsWith("{")) return { said: stderr };
  const json = JSON.parse(stdout) as OracleCheck;
  return {
    said: stderr,
    counts: {
      checkErrors: json["check-errors"],
      corruptions: json.corruptions ?? 0,
      leaks: json.leaks ?? 0,
      imageEndOffset: json["image-end-offset"] ?? 0,
      totalClusters: json["total-clusters"] ?? 0,
      allocatedClusters: json["allocated-clusters"] ?? 0,
      fragmentedClusters: json["fragmented-clusters"] ?? 0,
      compressedClusters: json["compressed-clusters"] ?? 0,
    },
  };
}

/** The counts of a check, as `oracleCheck` tells them. */
export function countsOf(result: CheckResult): object {
  const { checkErrors, corruptions, leaks, imageEndOffset } = result;
  const { totalClusters, allocatedClusters, fragmentedClusters, compressedClusters } = result;
  return {
    checkErrors,
    corruptions,
    leaks,
    imageEndOffset,
    totalClusters,
    allocatedClusters,
    fragmentedClusters,
    compressedClusters,
  };
}

/** Fails unless qemu-img finds nothing worse than leaks; not even these where `leaks` is false. */
export function mustBeSound(path: string, leaks = false): void {
  const { counts, said } = oracleCheck(path);
  expect(counts, said).toMatchObject({
    checkErrors: 0,
    corruptions: 0,
    ...(!leaks && { leaks: 0 }),
  });
}
