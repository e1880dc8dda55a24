import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { unlock } from "../../state/unlock";
import { formatName } from "../../text/format-name";
import { TextButton } from "../../ui/text-button";
import styles from "./overview.module.css";
import { imageLayer } from "./sizes";

/** The format as the bytes told it; for whoever knows better, the way to take the file as it is. */
export function FormatValue({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const { format, facts } = imageLayer(report);
  // The bytes of a disc are its disk.
  if (facts.wrapping === undefined && (format === "raw" || format === "iso"))
    return formatName(format, t);
  return (
    <span className={styles.format}>
      {formatName(format, t)}
      <TextButton onClick={() => void unlock(report.path, { format: "raw" })}>
        {t("openAs.raw")}
      </TextButton>
    </span>
  );
}
