import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { useChain } from "../../state/chain";
import { formatSize } from "../../text/format";
import { SizeBar } from "../../ui/size-bar";
import { Slab } from "../../ui/slab";
import styles from "./chain.module.css";

/** The sum of all layers: what the guest gets to read. */
export function GuestDisk({ report, read }: { report: ImageReport; read: number }) {
  const { t } = useTranslation();
  const known = useChain((chain) => (chain.of?.path === report.path ? chain : undefined));
  const virtual = report.layers[0]?.virtualSize ?? 0;
  const sizes = { read: formatSize(read), virtual: formatSize(virtual) };
  return (
    <div className={styles.guest}>
      <div className={styles.guestHead}>
        <strong>{t("chain.guest")}</strong>
        <span>{t("chain.guestValue", sizes)}</span>
      </div>
      {known?.strips !== undefined || known?.settled !== true ? (
        <Slab
          composed
          text={t("chain.guestBar", sizes)}
          size={virtual}
          strata={(known?.strips?.layers ?? []).map(({ answers }, depth) => ({
            tone: `layer-${depth}`,
            ranges: answers,
          }))}
        />
      ) : (
        <SizeBar
          label={t("chain.guest")}
          text={t("chain.guestBar", sizes)}
          scale={virtual}
          segments={report.layers.map(({ path, answers }, depth) => ({
            tone: `layer-${depth}`,
            label: nameOf(path),
            bytes: answers,
          }))}
        />
      )}
    </div>
  );
}
