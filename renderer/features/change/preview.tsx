import { useTranslation } from "react-i18next";
import type { ChangeOutlook } from "../../../shared/model/change";
import { nameOf } from "../../api/paths";
import { formatSize } from "../../text/format";
import { Ellipsis } from "../../ui/ellipsis";
import { Slab } from "../../ui/slab";
import { colourOf } from "../../ui/tones";
import styles from "./change.module.css";

/** The chain as it will be, one slab a file, with what the change writes. */
export function Preview({ outlook }: { outlook: ChangeOutlook }) {
  const { t } = useTranslation();
  const { chain, size, written, writesTo, copied, zeroed } = outlook;
  return (
    <figure className={styles.preview} data-testid="change-preview">
      <figcaption>
        <strong>{t("change.preview.title")}</strong>
        {written.length > 0 && (
          <span className={styles.legend}>
            <span style={{ background: colourOf("written") }} />
            {t("change.preview.written")}
          </span>
        )}
      </figcaption>
      <ol>
        {chain.map(({ path, holds }, depth) => {
          const name = nameOf(path);
          const isTarget = path === writesTo;
          return (
            <li key={path} data-testid="preview-layer" data-path={path}>
              <span className={styles.layerName}>
                <Ellipsis full={path}>{name}</Ellipsis>
              </span>
              <Slab
                text={
                  isTarget
                    ? t("change.preview.target", { name, size: formatSize(copied + zeroed) })
                    : name
                }
                size={size}
                strata={[
                  { tone: `layer-${depth}`, ranges: holds },
                  ...(isTarget ? [{ tone: "written" as const, ranges: written }] : []),
                ]}
              />
            </li>
          );
        })}
      </ol>
    </figure>
  );
}
