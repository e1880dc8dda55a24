import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { formatSize } from "../../text/format";
import { SizeBar, type Segment } from "../../ui/size-bar";
import styles from "./overview.module.css";

interface MeasureProps {
  label: string;
  value: ReactNode;
  /** The value in words, for those who do not see the bar. */
  text: string;
  /** What is said after the value: a share, a part. */
  aside?: string;
  segments: readonly Segment[];
  /** Bytes that the whole width stands for. */
  scale: number;
}

/** One size with its name and its bar. */
export function Measure({ label, value, text, aside, segments, scale }: MeasureProps) {
  const { t } = useTranslation();
  return (
    <div>
      <div className={styles.measure}>
        <span>{label}</span>
        <strong>
          {value}
          {aside !== undefined && ` · ${aside}`}
        </strong>
      </div>
      <SizeBar
        label={label}
        text={t("overview.sizes.barText", { label, value: text, total: formatSize(scale) })}
        segments={segments}
        scale={scale}
      />
    </div>
  );
}
