import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { formatSize } from "../../text/format";
import { Card } from "../../ui/card";
import { SizeBar } from "../../ui/size-bar";
import { nameOf } from "../../api/paths";
import { BrokenLinkItem } from "./broken-link-item";
import styles from "./chain.module.css";
import { LayerItem } from "./layer-item";

/** The files that the image is made of, the image first; where the chain is broken, how. */
export function Chain({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const { layers, broken } = report;
  const count = layers.length + (broken === undefined ? 0 : 1);
  return (
    <Card title={t("chain.title")} subtitle={t("chain.subtitle", { count })}>
      <ol className={styles.layers}>
        {layers.map((layer, depth) => (
          <LayerItem
            key={layer.path}
            layer={layer}
            depth={depth}
            diskSize={layers[0]?.virtualSize ?? 0}
            isBase={depth > 0 && depth === count - 1}
          />
        ))}
        {broken !== undefined && <BrokenLinkItem path={report.path} link={broken} />}
      </ol>
      {report.throughChain !== undefined && (
        <GuestDisk report={report} read={report.throughChain} />
      )}
    </Card>
  );
}

/** The sum of all layers: what the guest gets to read. */
function GuestDisk({ report, read }: { report: ImageReport; read: number }) {
  const { t } = useTranslation();
  const virtual = report.layers[0]?.virtualSize ?? 0;
  const sizes = { read: formatSize(read), virtual: formatSize(virtual) };
  return (
    <div className={styles.guest}>
      <div className={styles.guestHead}>
        <strong>{t("chain.guest")}</strong>
        <span>{t("chain.guestValue", sizes)}</span>
      </div>
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
    </div>
  );
}
