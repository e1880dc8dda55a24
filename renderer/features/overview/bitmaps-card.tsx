import { useTranslation } from "react-i18next";
import type { LayerFacts } from "../../../shared/model/facts";
import { Bytes } from "../../ui/bytes";
import { Card } from "../../ui/card";
import { Ellipsis } from "../../ui/ellipsis";
import styles from "./overview.module.css";

/** The dirty bitmaps that the file keeps for incremental backups. */
export function BitmapsCard({ bitmaps }: { bitmaps: LayerFacts["bitmaps"] }) {
  const { t } = useTranslation();
  return (
    <Card title={t("overview.bitmaps.title", { count: bitmaps.length })}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{t("overview.snapshots.name")}</th>
            <th data-right>{t("overview.bitmaps.granularity")}</th>
            <th>{t("overview.bitmaps.flags")}</th>
          </tr>
        </thead>
        <tbody>
          {bitmaps.map(({ name, granularity, flags }) => (
            <tr key={name}>
              <td>
                <Ellipsis>{name}</Ellipsis>
              </td>
              <td data-right>
                <Bytes value={granularity} round />
              </td>
              <td>{flags.join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
