import { useTranslation } from "react-i18next";
import type { ChainStrips } from "../../../shared/model/chain-strips";
import type { Dependents } from "../../../shared/model/change";
import type { ImageReport, LayerReport } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { useImageDrag } from "../../state/rebase";
import { formatSize } from "../../text/format";
import { formatName } from "../../text/format-name";
import { Badge } from "../../ui/badge";
import { Bytes } from "../../ui/bytes";
import { Ellipsis } from "../../ui/ellipsis";
import { SizeBar } from "../../ui/size-bar";
import { Slab } from "../../ui/slab";
import { colourOf } from "../../ui/tones";
import styles from "./chain.module.css";
import { othersOn } from "./others-on";
import { StaleMark } from "./stale-mark";

interface LayerItemProps {
  /** Of the image on the page. */
  report: ImageReport;
  layer: LayerReport;
  /** Where it holds data and where it answers, once that is known. */
  strip: ChainStrips["layers"][number] | undefined;
  /** Whether that is all that will be known of it. */
  settled: boolean;
  /** The images that stand on it, once that is known. */
  dependents: Dependents | undefined;
  /** 0 is the image itself. */
  depth: number;
  isBase: boolean;
  /** Whether its details are shown beside the slabs. */
  chosen: boolean;
  choose: () => void;
}

/** One file of the chain, and how much of the disk it answers. */
export function LayerItem(props: LayerItemProps) {
  const { t } = useTranslation();
  const { report, layer, strip, settled, dependents, depth, isBase, chosen, choose } = props;
  const drag = useImageDrag(layer.path);
  const name = nameOf(layer.path);
  const diskSize = report.layers[0]?.virtualSize ?? 0;
  const answers = formatSize(layer.answers);
  const { version } = layer.facts;
  const others = othersOn(report, depth, dependents).length;
  const text = t("chain.answersBar", { name, answers, virtual: formatSize(diskSize) });
  return (
    <li
      {...drag}
      className={styles.layer}
      data-testid="layer"
      data-path={layer.path}
      data-chosen={chosen || undefined}
    >
      <span className={styles.dot} style={{ background: colourOf(`layer-${depth}`) }} />
      <div className={styles.head}>
        <h3>
          <button
            type="button"
            className={styles.choose}
            data-slab
            aria-pressed={chosen}
            onClick={choose}
          >
            <Ellipsis full={layer.path}>{name}</Ellipsis>
          </button>
        </h3>
        <Badge>
          {version === undefined
            ? formatName(layer.format, t)
            : t("image.badges.version", { format: formatName(layer.format, t), version })}
        </Badge>
        {depth === 0 && <span className={styles.role}>{t("chain.thisImage")}</span>}
        {isBase && <span className={styles.role}>{t("chain.base")}</span>}
      </div>
      {strip !== undefined || !settled ? (
        <Slab
          text={text}
          size={diskSize}
          strata={[
            { tone: `layer-${depth}`, ranges: strip?.holds ?? [], pale: true },
            { tone: `layer-${depth}`, ranges: strip?.answers ?? [] },
          ]}
        />
      ) : (
        <SizeBar
          thin
          label={name}
          text={text}
          segments={[{ tone: `layer-${depth}`, label: name, bytes: layer.answers }]}
          scale={diskSize}
        />
      )}
      <p className={styles.told}>
        <span className={styles.shares}>
          <span data-bytes={layer.holds}>
            {t("change.slab.holds", { size: formatSize(layer.holds) })}
          </span>
          <strong data-bytes={layer.answers}>{t("chain.answers", { size: answers })}</strong>
          {others > 0 && (
            <span>
              {t(depth === 0 ? "change.slab.top" : "change.slab.others", { count: others })}
            </span>
          )}
        </span>
        <span className={styles.numbers}>
          <span>
            {t("chain.virtualSize")} <Bytes value={layer.virtualSize} testId="layer-virtual" />
          </span>
          <span>
            {t("chain.allocated")}{" "}
            {layer.allocated === undefined ? (
              t("chain.unknown")
            ) : (
              <Bytes value={layer.allocated} testId="layer-allocated" />
            )}
          </span>
        </span>
      </p>
      <StaleMark report={report} depth={depth} />
    </li>
  );
}
