import { useEffect, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { useChain } from "../../state/chain";
import { attempt, linkKey } from "../../state/view";
import { Card } from "../../ui/card";
import { Explain } from "../../ui/explain/explain";
import { BrokenBase } from "./broken-base";
import { BrokenLinkItem } from "./broken-link-item";
import styles from "./chain.module.css";
import { GuestDisk } from "./guest-disk";
import { LayerItem } from "./layer-item";
import { LayerPanel } from "./layer-panel";

/** More files than this are drawn low, so that more of them are in view. */
const many = 5;

/** The files that the image is made of, the image first; where the chain is broken, how. */
export function Chain({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const { layers, broken } = report;
  const [chosen, setChosen] = useState(0);
  const known = useChain((chain) => (chain.of?.path === report.path ? chain : undefined));
  useEffect(() => attempt(() => useChain.getState().load(report)), [report]);
  const count = layers.length + (broken === undefined ? 0 : 1);
  const depth = Math.min(chosen, layers.length - 1);
  return (
    <div className={styles.page}>
      <Card
        title={t("chain.title")}
        subtitle={count === 1 ? t("chain.alone") : t("chain.subtitle", { count })}
        aside={
          <>
            <Explain topic="copyOnWrite" />
            <Explain topic="overlays" />
          </>
        }
      >
        {/* The buttons inside are what takes the focus; this hears their arrow keys. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <ol
          className={styles.layers}
          data-many={layers.length > many || undefined}
          aria-label={t("change.slab.list")}
          onKeyDown={moveFocus}
        >
          {layers.map((layer, at) => (
            <LayerItem
              key={layer.path}
              report={report}
              depth={at}
              strip={known?.strips?.layers[at]}
              settled={known?.settled ?? false}
              dependents={known?.dependents?.[at]}
              chosen={at === depth}
              choose={() => setChosen(at)}
              isBase={at > 0 && at === count - 1}
              layer={layer}
            />
          ))}
          {broken?.failure.code === "refused" && (
            <BrokenLinkItem path={report.path} link={broken} />
          )}
          {broken !== undefined && broken.failure.code !== "refused" && (
            <BrokenBase key={linkKey(broken)} path={report.path} link={broken} />
          )}
        </ol>
        {report.throughChain !== undefined && (
          <GuestDisk report={report} read={report.throughChain} />
        )}
      </Card>
      <LayerPanel report={report} depth={depth} dependents={known?.dependents?.[depth]} />
    </div>
  );
}

/** Up and down go from slab to slab. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const slabs = Array.from(event.currentTarget.querySelectorAll<HTMLElement>("[data-slab]"));
  const at = slabs.findIndex((slab) => slab === document.activeElement);
  const next = slabs[at + step];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  next.focus();
  next.click();
}
