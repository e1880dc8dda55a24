import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { useConvert } from "../../state/convert";
import { attempt, useView } from "../../state/view";
import { formatName } from "../../text/format-name";
import { Card } from "../../ui/card";
import { Explain } from "../../ui/explain/explain";
import styles from "./snapshots.module.css";

/** Why there are no snapshots, and what works instead. */
export function NoSnapshots({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const setTab = useView((view) => view.setTab);
  const { begin } = useConvert.getState();
  const format = report.layers[0]?.format ?? "raw";
  const wrapped = report.layers[0]?.facts.wrapping !== undefined;
  return (
    <Card
      title={
        format === "raw"
          ? t("snapshots.none.titleRaw")
          : t("snapshots.none.title", { format: formatName(format, t) })
      }
    >
      <div className={styles.none}>
        <p>
          {wrapped
            ? t("snapshots.none.wrapped")
            : format === "raw"
              ? t("snapshots.none.raw")
              : t("snapshots.none.other", { format: formatName(format, t) })}
        </p>
        <p>
          {t("snapshots.none.instead")} <Explain topic="overlays" />
        </p>
        <div className={styles.buttons}>
          <Button variant="default" onClick={() => setTab("chain")}>
            {t("snapshots.none.overlay")}
          </Button>
          <Button variant="default" onClick={() => attempt(() => begin([report.path]))}>
            {t("snapshots.none.convert")}
          </Button>
        </div>
      </div>
    </Card>
  );
}
