import { useTranslation } from "react-i18next";
import { formatFactor, formatSize } from "../../text/format";
import { overcommitFactor, type Overcommit } from "./overcommit";

/** How far a folder is overcommitted, in words. */
export interface OvercommitText {
  /** As short as fits beside the gauge. */
  readonly short: string;
  readonly sentence: string;
}

export function useOvercommitText(overcommit: Overcommit | undefined): OvercommitText | undefined {
  const { t } = useTranslation();
  if (overcommit === undefined) return undefined;
  const { promised, taken, toCome, free, capacity, available, lacking } = overcommit;
  const facts = t("library.overcommit.facts", {
    promised: formatSize(promised),
    taken: formatSize(taken),
    toCome: formatSize(toCome),
    free: formatSize(free),
    capacity: formatSize(capacity),
  });
  if (lacking > 0)
    return {
      short: t("library.overcommit.times", { factor: formatFactor(overcommitFactor(overcommit)) }),
      sentence: `${facts} ${t("library.overcommit.lacking", { lacking: formatSize(lacking) })}`,
    };
  return {
    short: t("library.overcommit.within", {
      promised: formatSize(promised),
      available: formatSize(available),
    }),
    sentence: `${facts} ${t("library.overcommit.fits")}`,
  };
}
