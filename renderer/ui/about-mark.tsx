import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { MeasuredSize } from "../../shared/model/measure";
import { formatShare, formatSize } from "../text/format";
import styles from "./about-mark.module.css";

/** Says that a size is estimated; how well, on hover. */
export function AboutMark({ estimated }: Required<Pick<MeasuredSize, "estimated">>) {
  const { t } = useTranslation();
  const sample = {
    sampled: formatSize(estimated.sampled),
    error: formatShare(estimated.error, 1),
  };
  return (
    <Tooltip label={t("overview.takes.sample", sample)}>
      <span className={styles.about}>{t("overview.takes.about")} </span>
    </Tooltip>
  );
}
