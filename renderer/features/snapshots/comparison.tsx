import { CloseButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSnapshots, type Comparison } from "../../state/snapshots";
import { formatSize } from "../../text/format";
import { Bytes } from "../../ui/bytes";
import { RangeBar } from "../../ui/range-bar";
import { colourOf } from "../../ui/tones";
import styles from "./snapshots.module.css";

/** What was written between two of the disk's states, over its whole length. */
export function ComparisonPanel({ comparison }: { comparison: Comparison }) {
  const { t } = useTranslation();
  const { closeComparison } = useSnapshots.getState();
  const { changes } = comparison;
  const from = comparison.from || t("snapshots.now");
  const to = comparison.to || t("snapshots.now");
  const { size, changed, ranges, moreRanges } = changes;
  const count = ranges.length + moreRanges;
  return (
    <section className={styles.comparison} aria-label={t("snapshots.compared", { from, to })}>
      <div className={styles.comparisonHead}>
        <h3>{t("snapshots.compared", { from, to })}</h3>
        <Bytes value={changed} testId="changed" />
        <CloseButton
          size="sm"
          aria-label={t("snapshots.closeComparison")}
          onClick={closeComparison}
        />
      </div>
      <div className={styles.ranges}>
        <RangeBar
          text={t("snapshots.changedText", {
            changed: formatSize(changed),
            size: formatSize(size),
          })}
          size={size}
          ranges={ranges}
          colour={colourOf("exclusive")}
        />
      </div>
      <p>
        {count === 0 ? t("snapshots.unchanged") : t("snapshots.ranges", { count })}{" "}
        {count > 0 && t("snapshots.rangesNote")}
      </p>
    </section>
  );
}
