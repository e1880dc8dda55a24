import { Button } from "@mantine/core";
import { CopyPlus } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { useChain } from "../../state/chain";
import { attempt } from "../../state/view";
import { formatSize } from "../../text/format";
import { Card } from "../../ui/card";
import { Explain } from "../../ui/explain/explain";
import { SizeBar } from "../../ui/size-bar";
import { Slab } from "../../ui/slab";
import { nameOf } from "../../api/paths";
import { BrokenLinkItem } from "./broken-link-item";
import styles from "./chain.module.css";
import { LayerItem } from "./layer-item";

/** The files that the image is made of, the image first; where the chain is broken, how. */
export function Chain({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const { layers, broken } = report;
  const { createOverlay } = useChain.getState();
  const strips = useChain((chain) => (chain.of?.path === report.path ? chain.strips : undefined));
  useEffect(() => attempt(() => useChain.getState().load(report)), [report]);
  const count = layers.length + (broken === undefined ? 0 : 1);
  return (
    <div className={styles.page}>
      <Card
        title={t("chain.title")}
        subtitle={t("chain.subtitle", { count })}
        aside={
          <>
            <Explain topic="copyOnWrite" />
            <Explain topic="overlays" />
          </>
        }
      >
        {/* What is packed cannot be a base. */}
        {layers[0]?.facts.wrapping === undefined && (
          <Button
            className={styles.action}
            size="xs"
            variant="default"
            leftSection={<CopyPlus size={14} aria-hidden />}
            onClick={() => attempt(() => createOverlay(report))}
          >
            {t("chain.newOverlay")}
          </Button>
        )}
        <ol className={styles.layers}>
          {layers.map((layer, depth) => (
            <LayerItem
              key={layer.path}
              layer={layer}
              strip={strips?.layers[depth]}
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
    </div>
  );
}

/** The sum of all layers: what the guest gets to read. */
function GuestDisk({ report, read }: { report: ImageReport; read: number }) {
  const { t } = useTranslation();
  const strips = useChain((chain) => (chain.of?.path === report.path ? chain.strips : undefined));
  const virtual = report.layers[0]?.virtualSize ?? 0;
  const sizes = { read: formatSize(read), virtual: formatSize(virtual) };
  return (
    <div className={styles.guest}>
      <div className={styles.guestHead}>
        <strong>{t("chain.guest")}</strong>
        <span>{t("chain.guestValue", sizes)}</span>
      </div>
      {strips !== undefined ? (
        <Slab
          composed
          text={t("chain.guestBar", sizes)}
          size={strips.size}
          strata={strips.layers.map(({ answers }, depth) => ({
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
