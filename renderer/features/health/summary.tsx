import { CircleCheck, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { CheckResult } from "../../../shared/model/check";
import type { LayerReport } from "../../../shared/model/report";
import { formatCount, formatShare } from "../../text/format";
import { Bytes } from "../../ui/bytes";
import { FactList, type Fact } from "../../ui/fact-list";
import { Note } from "../../ui/note";
import styles from "./health.module.css";

interface SummaryProps {
  result: CheckResult;
  image: LayerReport;
}

/** What the check came to: a sentence, and its counts. */
export function Summary({ result, image }: SummaryProps) {
  const { t } = useTranslation();
  const { clusterSize } = image.facts;
  // Others keep no counts that could leave a cluster to nobody, and their order is not looked at.
  const counted = image.format === "qcow2";
  const compresses = image.facts.compression !== undefined;
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
          ...only(counted, {
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
          }),
          { name: t("health.errors"), value: formatCount(checkErrors), testId: "check-errors" },
          {
            name: t(counted ? "health.allocated" : "health.allocatedBlocks"),
            value: t("health.ofTotal", {
              count: formatCount(allocatedClusters),
              total: formatCount(totalClusters),
            }),
            testId: "allocated-clusters",
          },
          ...only(counted, {
            name: t("health.fragmented"),
            value: share(fragmentedClusters),
            testId: "fragmented",
          }),
          ...only(compresses, { name: t("health.compressed"), value: share(compressedClusters) }),
          {
            name: t("health.end"),
            value: <Bytes value={result.imageEndOffset} testId="image-end" />,
          },
        ]}
      />
    </div>
  );
}

const only = (is: boolean, fact: Fact): Fact[] => (is ? [fact] : []);
