import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { useSpeed, type SpeedFigure } from "../../state/speed";
import { formatShare, formatSize } from "../../text/format";
import { Card } from "../../ui/card";
import styles from "./speed.module.css";

/** The guide's `dd … bs=8k`. */
const DD_BLOCK = 8192;
/** A file that any system reads at once and keeps. */
const SMALL = 16 * 1024 * 1024;
/** Seconds below which whatever else the computer does is in the figure. */
const SHORT = 0.02;

interface MeaningProps {
  report: ImageReport;
  figures: readonly SpeedFigure[];
}

/** What the figures say, and what they do not. */
export function Meaning({ report, figures }: MeaningProps) {
  const { t } = useTranslation();
  const raw = useSpeed((state) => state.raw);
  const [image] = report.layers;
  if (image === undefined) return null;
  const { fileLength, virtualSize, format } = image;
  const inOrder = (subject: SpeedFigure["subject"]) =>
    figures.find((figure) => figure.subject === subject && figure.pattern === "sequential")?.result;
  const disk = inOrder("disk");
  const other = inOrder("raw");
  const share = ({ unstored, first }: SpeedFigure["result"]) => formatShare(unstored, first.bytes);
  // As dd tells it: whole records, and one that is cut off.
  const cut = fileLength % DD_BLOCK > 0 ? 1 : 0;
  const records = `${Math.floor(fileLength / DD_BLOCK)}+${cut}`;
  const length = formatSize(fileLength);
  const isRaw = format === "raw" || format === "iso";
  const paragraphs: string[] = [
    isRaw
      ? t("speed.meaning.ddRaw", { records })
      : t("speed.meaning.dd", { records, length, disk: formatSize(virtualSize) }),
    ...(!isRaw && fileLength < SMALL ? [t("speed.meaning.small", { length })] : []),
    ...(disk !== undefined && disk.unstored > 0
      ? [t("speed.meaning.unstored", { share: share(disk) })]
      : []),
    ...(report.own.compressed > 0 ? [t("speed.meaning.compressed")] : []),
    ...(other !== undefined && other.unstored > 0
      ? [t("speed.meaning.unstoredRaw", { share: share(other) })]
      : []),
    ...(raw !== undefined && other !== undefined
      ? [
          other.size === virtualSize
            ? t("speed.comparedContent", { name: nameOf(raw) })
            : t("speed.compareOther", {
                name: nameOf(raw),
                size: formatSize(other.size),
                disk: formatSize(virtualSize),
              }),
        ]
      : []),
    t("speed.meaning.cache"),
    ...(figures.some(({ result }) => result.first.seconds < SHORT)
      ? [t("speed.meaning.short")]
      : []),
    t("speed.meaning.guest"),
  ];
  return (
    <Card title={t("speed.meaning.title")}>
      <ul className={styles.meaning} data-testid="meaning">
        {paragraphs.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </Card>
  );
}
