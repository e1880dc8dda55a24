import { CloseButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSnapshots, type Comparison } from "../../state/snapshots";
import { leadToBytes } from "../../state/bytes";
import { formatSize } from "../../text/format";
import { Bytes } from "../../ui/bytes";
import { OffsetLink } from "../../ui/offset-link";
import { RangeBar } from "../../ui/range-bar";
import { colourOf } from "../../ui/tones";
import styles from "./snapshots.module.css";

/** Stretches that are listed; the bar shows them all. */
const mostShown = 100;

/** What was written between two of the disk's states, over its whole length. */
export function ComparisonPanel({ comparison }: { comparison: Comparison }) {
  const { t } = useTranslation();
  const { closeComparison } = useSnapshots.getState();
  const { changes, place } = comparison;
  const from = comparison.from || t("snapshots.now");
  const to = comparison.to || t("snapshots.now");
  const { size, changed, ranges, moreRanges } = changes;
  const shown = ranges.slice(0, mostShown);
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
      {shown.length > 0 && (
        <ul className={styles.stretches} aria-label={t("snapshots.stretches")}>
          {shown.map(({ at, length }) => (
            <li key={at} data-testid="stretch" data-at={at} data-length={length}>
              <OffsetLink at={at} onClick={() => leadToBytes(place, at, length)} />
              <Bytes value={length} />
            </li>
          ))}
        </ul>
      )}
      {count > shown.length && (
        <p>{t("snapshots.moreStretches", { count: count - shown.length })}</p>
      )}
    </section>
  );
}
