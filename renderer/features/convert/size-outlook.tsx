import { useTranslation } from "react-i18next";
import { useConvert } from "../../state/convert";
import { useOutlook } from "../../state/outlook";
import { formatProgress, formatSize } from "../../text/format";
import { AboutMark } from "../../ui/about-mark";
import { Bytes } from "../../ui/bytes";
import { FailureText } from "../../ui/failure-text";
import { Note } from "../../ui/note";
import { ProgressBar } from "../../ui/progress-bar";
import { SizeBar } from "../../ui/size-bar";
import styles from "./sizes.module.css";

/** What the chosen options take at once, and at most. */
export function SizeOutlook() {
  const { t } = useTranslation();
  const size = useOutlook((outlook) => outlook.size);
  const everything = useConvert((form) => form.keepZeros);
  const keepsBacking = useConvert((form) => form.keepBacking);
  const current = useOutlook((outlook) => outlook.current);
  const several = useConvert((form) => form.sources.length > 1);
  if (keepsBacking) return <p className={styles.quiet}>{t("convert.size.onBacking")}</p>;
  if (size.state === "measuring") return <Measuring />;
  if (size.state === "failed")
    return (
      <Note tone="warn" testId="target-size-failed">
        <FailureText failure={size.failure} headline={t("overview.takes.failed")} />
      </Note>
    );
  if (size.state === "unknown")
    return current || several ? null : <div className={styles.coming} aria-hidden />;
  const { fileLength, allocated, fullyAllocated, estimated } = size.size;
  const now = everything ? fullyAllocated : allocated;
  const most = Math.max(now, fullyAllocated);
  return (
    <div className={styles.outlook} data-testid="target-size">
      <div className={styles.line}>
        <span>{t("convert.size.now")}</span>
        <strong>
          {estimated && !everything && <AboutMark estimated={estimated} />}
          <Bytes value={now} testId="target-allocated" />
        </strong>
      </div>
      <SizeBar
        thin
        label={t("convert.size.now")}
        text={t("overview.sizes.barText", {
          label: t("convert.size.now"),
          value: formatSize(now),
          total: formatSize(most),
        })}
        segments={[{ tone: "data", label: t("convert.size.now"), bytes: now }]}
        scale={most}
      />
      <div className={styles.line}>
        <span>{t("convert.size.most")}</span>
        <strong>
          <Bytes value={most} testId="target-most" />
        </strong>
      </div>
      <div className={styles.line}>
        <span>{t("convert.size.length")}</span>
        <strong>
          <Bytes value={everything ? most : fileLength} testId="target-length" />
        </strong>
      </div>
    </div>
  );
}

function Measuring() {
  const { t } = useTranslation();
  const view = useOutlook((outlook) => outlook.variants);
  const { done, total } = view?.state === "measuring" ? view : { done: 0, total: 0 };
  const text =
    total > 0
      ? t("overview.takes.progress", formatProgress(done, total))
      : t("overview.takes.planning");
  return (
    <div className={styles.measuring} data-testid="target-measuring">
      <ProgressBar label={t("overview.takes.measuring")} text={text} done={done} total={total} />
      <p className={styles.quiet}>{t("convert.size.measuring")}</p>
    </div>
  );
}
