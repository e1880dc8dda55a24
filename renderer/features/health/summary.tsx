import { CircleCheck, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { CheckResult } from "../../../shared/model/check";
import { formatCount, formatShare } from "../../text/format";
import { Bytes } from "../../ui/bytes";
import { FactList } from "../../ui/fact-list";
import { Note } from "../../ui/note";
import styles from "./health.module.css";

interface SummaryProps {
  result: CheckResult;
  /** Bytes. */
  clusterSize: number | undefined;
}

/** What the check came to: a sentence, and its counts. */
export function Summary({ result, clusterSize }: SummaryProps) {
  const { t } = useTranslation();
  const { corruptions, leaks, checkErrors, dirty, corrupt } = result;
  const { totalClusters, allocatedClusters, fragmentedClusters, compressedClusters } = result;
  const damaged = corruptions > 0 || checkErrors > 0;
  const tone = damaged || corrupt ? "bad" : leaks > 0 || dirty ? "warn" : "ok";
  const Icon = tone === "ok" ? CircleCheck : TriangleAlert;
  const verdict = damaged
    ? "health.damaged"
    : corrupt
      ? "health.markedCorrupt"
      : leaks > 0
        ? "health.leaking"
        : dirty
          ? "health.markedDirty"
          : "health.sound";
  const share = (part: number) =>
    t("health.share", { count: formatCount(part), share: formatShare(part, allocatedClusters) });
  return (
    <div className={styles.summary}>
      <Note tone={tone} testId="verdict">
        <span className={styles.verdict}>
          <Icon size={16} aria-hidden />
          {t(verdict)}
        </span>
      </Note>
      <FactList
        facts={[
          { name: t("health.corruptions"), value: formatCount(corruptions), testId: "corruptions" },
          {
            name: t("health.leaks"),
            value:
              leaks > 0 && clusterSize !== undefined ? (
                <>
                  {formatCount(leaks)} · <Bytes value={leaks * clusterSize} />
                </>
              ) : (
                formatCount(leaks)
              ),
            testId: "leaks",
          },
          { name: t("health.errors"), value: formatCount(checkErrors), testId: "check-errors" },
          {
            name: t("health.allocated"),
            value: t("health.ofTotal", {
              count: formatCount(allocatedClusters),
              total: formatCount(totalClusters),
            }),
            testId: "allocated-clusters",
          },
          { name: t("health.fragmented"), value: share(fragmentedClusters), testId: "fragmented" },
          { name: t("health.compressed"), value: share(compressedClusters) },
          {
            name: t("health.end"),
            value: <Bytes value={result.imageEndOffset} testId="image-end" />,
          },
        ]}
      />
    </div>
  );
}
