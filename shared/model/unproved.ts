import type { StayReason } from "./original";
import type { Receipt } from "./receipt";

/**
 * Why a receipt does not prove that the new image holds all of the original; undefined where it does.
 * One that does not say whether all was converted is older than that word, and proves nothing.
 */
export function unproved({
  verification,
  salvaged,
  sourceChanged,
  part,
}: Receipt): StayReason | undefined {
  if (verification === undefined || sourceChanged !== undefined) return "unverified";
  if (salvaged !== undefined && salvaged.bytes > 0) return "unverified";
  if (part === undefined) return "unverified";
  return part ? "part" : undefined;
}
