import { useTranslation } from "react-i18next";
import type { FormatId } from "../../../shared/model/format";
import { useConvert } from "../../state/convert";
import { variantsOf } from "../../state/measures";
import { useOutlook } from "../../state/outlook";
import { formatSize } from "../../text/format";
import { AboutMark } from "../../ui/about-mark";
import styles from "./sizes.module.css";

/** What the image would take in one format: as chosen, or as the format makes it by default. */
export function FormatSize({ format }: { format: FormatId }) {
  const { t } = useTranslation();
  const isChosen = useConvert((form) => form.format === format);
  const keepsBacking = useConvert((form) => form.keepBacking);
  const chosen = useOutlook((outlook) => outlook.size);
  const variants = useOutlook((outlook) => outlook.variants);
  const usual = variantsOf(variants).find((variant) => variant.format === format);
  const current = useOutlook((outlook) => outlook.current);
  // The line is there before its figure is, so that nothing below it moves.
  if (variants === undefined && !current && !keepsBacking) return <Coming />;
  if (variants === undefined || (isChosen && keepsBacking)) return null;
  const size = isChosen && chosen.state === "ready" ? chosen.size : usual;
  if (size === undefined || (isChosen && chosen.state === "measuring"))
    return variants.state === "measuring" || isChosen ? <Coming /> : null;
  const thick = size.allocated >= size.fullyAllocated;
  const provisioning = size.provisioning ?? (thick ? "thick-lazy" : "thin");
  const length = formatSize(size.fileLength);
  return (
    <span className={styles.formatSize} data-testid="format-size" data-bytes={size.allocated}>
      {size.estimated && <AboutMark estimated={size.estimated} />}
      {formatSize(size.allocated)}
      <span className={styles.dim}>
        {length === formatSize(size.allocated) ? null : ` · ${t("convert.size.long", { length })}`}
        {` · ${t(`overview.takes.provisioning.${provisioning}`)}`}
      </span>
    </span>
  );
}

const Coming = () => <span className={styles.skeleton} data-testid="size-skeleton" aria-hidden />;
