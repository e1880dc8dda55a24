import { useTranslation } from "react-i18next";
import type { Receipt } from "../../../shared/model/receipt";
import { formatOffset, formatRoundSize, formatSize } from "../../text/format";
import { hasFailureTitle } from "../../text/i18n";
import { Note } from "../../ui/note";
import styles from "./receipt.module.css";

/** Where on the disk zeros stand for what could not be read. */
export function SalvagedRanges({ salvaged }: { salvaged: NonNullable<Receipt["salvaged"]> }) {
  const { t } = useTranslation();
  const { ranges, bytes, unlisted } = salvaged;
  return (
    <Note tone="warn" testId="receipt-salvaged">
      <strong>
        {t("receipt.salvaged.title", {
          count: ranges.length + unlisted,
          size: formatSize(bytes),
        })}
      </strong>
      <ul className={styles.ranges}>
        {ranges.map(({ at, length, reason }) => (
          <li key={at}>
            {t("receipt.salvaged.range", {
              at: formatOffset(at),
              length: formatRoundSize(length),
              reason: hasFailureTitle(reason) ? t(`failure.title.${reason}`) : reason,
            })}
          </li>
        ))}
        {unlisted > 0 && <li>{t("receipt.salvaged.more", { count: unlisted })}</li>}
      </ul>
    </Note>
  );
}
