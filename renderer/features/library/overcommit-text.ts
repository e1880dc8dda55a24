import { useTranslation } from "react-i18next";
import { formatFactor, formatSize } from "../../text/format";
import { sentences } from "../../text/sentence";
import { overcommitFactor, type Overcommit } from "./overcommit";

/** How far a folder is overcommitted, in words. */
export interface OvercommitText {
  /** Two figures, as short as fits below the gauge: what is promised, and what is free. */
  readonly promised: string;
  readonly free: string;
  readonly sentence: string;
}

export function useOvercommitText(overcommit: Overcommit | undefined): OvercommitText | undefined {
  const { t } = useTranslation();
  if (overcommit === undefined) return undefined;
  const { promised, taken, toCome, others, free, capacity, lacking } = overcommit;
  const sentence = sentences(
    t("library.overcommit.facts", {
      promised: formatSize(promised),
      taken: formatSize(taken),
      toCome: formatSize(toCome),
      free: formatSize(free),
      capacity: formatSize(capacity),
    }),
    others.folders > 0
      ? t("library.overcommit.others", { count: others.folders, toCome: formatSize(others.toCome) })
      : undefined,
    lacking > 0
      ? t("library.overcommit.lacking", { lacking: formatSize(lacking) })
      : t("library.overcommit.fits"),
  );
  return {
    promised:
      lacking > 0
        ? t("library.overcommit.times", { factor: formatFactor(overcommitFactor(overcommit)) })
        : t("library.overcommit.promised", { promised: formatSize(promised) }),
    free: t("library.overcommit.free", { free: formatSize(free) }),
    sentence,
  };
}
