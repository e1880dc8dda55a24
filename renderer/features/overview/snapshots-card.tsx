import { useTranslation } from "react-i18next";
import type { SnapshotFacts } from "../../../shared/model/facts";
import { formatDate } from "../../text/format";
import { Bytes } from "../../ui/bytes";
import { Card } from "../../ui/card";
import { Ellipsis } from "../../ui/ellipsis";
import styles from "./overview.module.css";

/** The internal snapshots, in the order of the file's table. */
export function SnapshotsCard({ snapshots }: { snapshots: readonly SnapshotFacts[] }) {
  const { t } = useTranslation();
  return (
    <Card title={t("overview.snapshots.title", { count: snapshots.length })}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{t("overview.snapshots.name")}</th>
            <th>{t("overview.snapshots.date")}</th>
            <th data-right>{t("overview.snapshots.vmState")}</th>
            <th data-right>{t("overview.snapshots.diskSize")}</th>
          </tr>
        </thead>
        <tbody>
          {snapshots.map(({ id, name, dateSeconds, vmStateSize, diskSize }) => (
            <tr key={id}>
              <td>
                <Ellipsis>{name || id}</Ellipsis>
              </td>
              <td>{formatDate(dateSeconds)}</td>
              <td data-right>
                {vmStateSize > 0 ? (
                  <Bytes value={vmStateSize} />
                ) : (
                  <span className={styles.dim}>{t("overview.snapshots.noVmState")}</span>
                )}
              </td>
              <td data-right>{diskSize !== undefined && <Bytes value={diskSize} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
