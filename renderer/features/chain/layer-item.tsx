import { useTranslation } from "react-i18next";
import type { ChainStrips } from "../../../shared/model/chain-strips";
import type { LayerReport } from "../../../shared/model/report";
import { folderOf, nameOf } from "../../api/paths";
import { formatSize } from "../../text/format";
import { Badge } from "../../ui/badge";
import { Bytes } from "../../ui/bytes";
import { Ellipsis } from "../../ui/ellipsis";
import { SizeBar } from "../../ui/size-bar";
import { Slab } from "../../ui/slab";
import { colourOf } from "../../ui/tones";
import styles from "./chain.module.css";

interface LayerItemProps {
  layer: LayerReport;
  /** Where it holds data and where it answers, once that is known. */
  strip: ChainStrips["layers"][number] | undefined;
  /** 0 is the image itself. */
  depth: number;
  /** Bytes of the disk that the guest sees. */
  diskSize: number;
  isBase: boolean;
}

/** One file of the chain, and how much of the disk it answers. */
export function LayerItem({ layer, strip, depth, diskSize, isBase }: LayerItemProps) {
  const { t } = useTranslation();
  const name = nameOf(layer.path);
  const answers = formatSize(layer.answers);
  const { version } = layer.facts;
  return (
    <li className={styles.layer} data-testid="layer" data-path={layer.path}>
      <span className={styles.dot} style={{ background: colourOf(`layer-${depth}`) }} />
      <div className={styles.head}>
        <h3>
          <Ellipsis full={layer.path}>{name}</Ellipsis>
        </h3>
        <Badge>
          {version === undefined
            ? layer.format
            : t("image.badges.version", { format: layer.format, version })}
        </Badge>
        {depth === 0 && <span className={styles.role}>{t("chain.thisImage")}</span>}
        {isBase && <span className={styles.role}>{t("chain.base")}</span>}
        <span className={styles.answers}>{t("chain.answers", { size: answers })}</span>
      </div>
      {strip !== undefined ? (
        <Slab
          text={t("chain.answersBar", { name, answers, virtual: formatSize(diskSize) })}
          size={diskSize}
          strata={[
            { tone: `layer-${depth}`, ranges: strip.holds, pale: true },
            { tone: `layer-${depth}`, ranges: strip.answers },
          ]}
        />
      ) : (
        <SizeBar
          thin
          label={name}
          text={t("chain.answersBar", { name, answers, virtual: formatSize(diskSize) })}
          segments={[{ tone: `layer-${depth}`, label: name, bytes: layer.answers }]}
          scale={diskSize}
        />
      )}
      <dl className={styles.numbers}>
        <div>
          <dt>{t("chain.virtualSize")}</dt>
          <dd>
            <Bytes value={layer.virtualSize} testId="layer-virtual" />
          </dd>
        </div>
        <div>
          <dt>{t("chain.fileLength")}</dt>
          <dd>
            <Bytes value={layer.fileLength} testId="layer-length" />
          </dd>
        </div>
        <div>
          <dt>{t("chain.allocated")}</dt>
          <dd>
            {layer.allocated === undefined ? (
              t("chain.unknown")
            ) : (
              <Bytes value={layer.allocated} testId="layer-allocated" />
            )}
          </dd>
        </div>
        <div className={styles.wide}>
          <dt>{t(layer.namedAs === undefined ? "chain.folder" : "chain.namedAs")}</dt>
          <dd className={layer.namedAs === undefined ? undefined : styles.written}>
            <Ellipsis>{layer.namedAs ?? folderOf(layer.path)}</Ellipsis>
          </dd>
        </div>
      </dl>
    </li>
  );
}
