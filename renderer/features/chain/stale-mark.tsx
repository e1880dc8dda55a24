import { History, Scaling } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { useChain } from "../../state/chain";
import { holderOf } from "../../state/in-use";
import { attempt } from "../../state/view";
import { Held } from "../../ui/held";
import { TextButton } from "../../ui/text-button";
import styles from "./chain.module.css";

interface StaleMarkProps {
  /** Of the image on the page. */
  report: ImageReport;
  /** The base's place in the chain. */
  depth: number;
}

/** That a base may not be what its overlay was made on, and where to go from there. */
export function StaleMark({ report, depth }: StaleMarkProps) {
  const { t } = useTranslation();
  const [overlay, base] = [report.layers[depth - 1], report.layers[depth]];
  const stale = overlay?.staleBase;
  if (stale === undefined || overlay === undefined || base === undefined) return null;
  const names = { overlay: nameOf(overlay.path), base: nameOf(base.path) };
  const { pointTo } = useChain.getState();
  return (
    <div className={styles.stale} data-testid="stale" data-newer={stale.newer || undefined}>
      {stale.newer && (
        <p>
          <History size={14} aria-hidden />
          {t("change.stale.newer", names)}
        </p>
      )}
      {stale.size !== "same" && (
        <p>
          <Scaling size={14} aria-hidden />
          {t(`change.stale.${stale.size}`, names)}
        </p>
      )}
      {overlay.format === "qcow2" && (
        <p>
          {t("change.stale.pointText", names)}{" "}
          <Held by={holderOf(report, [overlay.path])}>
            {(held) => (
              <TextButton
                onClick={() => attempt(() => pointTo(report.path, { from: overlay.path }))}
                {...held}
              >
                {t("change.stale.point")}
              </TextButton>
            )}
          </Held>
        </p>
      )}
    </div>
  );
}
