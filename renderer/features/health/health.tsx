import { Button, Loader } from "@mantine/core";
import { RefreshCw } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { repairFor, useHealth, type Repair } from "../../state/health";
import { attempt } from "../../state/view";
import { formatName } from "../../text/format-name";
import { Card } from "../../ui/card";
import { FailureText } from "../../ui/failure-text";
import { Note } from "../../ui/note";
import { Findings } from "./findings";
import styles from "./health.module.css";
import { RepairDialog } from "./repair-dialog";
import { RepairedNote } from "./repaired-note";
import { Summary } from "./summary";

/** The consistency of an image's own tables, and what mends them. */
export function Health({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const { path } = report;
  const [image] = report.layers;
  const view = useHealth((state) => (state.path === path ? state.view : undefined));
  const repaired = useHealth((state) => state.repaired);
  const { check, stop } = useHealth.getState();
  const asked = useHealth((state) => (state.asked?.path === path ? state.asked : undefined));
  const askRepair = (mode: Repair) => useHealth.getState().askRepair({ path, mode });
  useEffect(() => attempt(() => useHealth.getState().check(path)), [path]);
  useEffect(() => () => useHealth.getState().askRepair(undefined), []);

  if (image === undefined) return null;
  if (view === undefined || view.state === "checking")
    return (
      <div className={styles.checking} role="status">
        <Loader size="sm" />
        {t("health.checking")}
        <Button size="xs" variant="default" onClick={() => attempt(stop)}>
          {t("health.stop")}
        </Button>
      </div>
    );
  const again = (
    <Button
      variant="default"
      leftSection={<RefreshCw size={14} aria-hidden />}
      onClick={() => attempt(() => check(path))}
    >
      {t("health.again")}
    </Button>
  );
  if (view.state === "failed") {
    const { code } = view.failure;
    const unknown = code === "not-this-format" || code === "unsupported";
    return (
      <Card title={t("health.title")}>
        <div className={styles.failed}>
          <Note tone={unknown || code === "cancelled" ? "info" : "bad"} role="alert">
            {unknown ? (
              t(image.format === "raw" ? "health.otherRaw" : "health.otherFormat", {
                format: formatName(image.format, t),
              })
            ) : (
              <FailureText failure={view.failure} />
            )}
          </Note>
        </div>
        {!unknown && <div className={styles.buttons}>{again}</div>}
      </Card>
    );
  }
  const { result } = view;
  const { leaks, corruptions, checkErrors } = result;
  const damaged = corruptions > 0 || checkErrors > 0;
  const called = repairFor(result, image.format);
  return (
    <div className={styles.page}>
      {repaired && <RepairedNote repaired={repaired} />}
      <Card
        title={t("health.title")}
        subtitle={t(image.format === "qcow2" ? "health.subtitle" : "health.subtitleBlocks")}
      >
        <Summary result={result} image={image} />
        <div className={styles.buttons}>
          {again}
          {leaks > 0 && !damaged && (
            <Button variant="default" onClick={() => askRepair("leaks")}>
              {t("health.repairLeaks")}
            </Button>
          )}
          {called === "all" && (
            <Button onClick={() => askRepair("all")}>{t("health.repairAll")}</Button>
          )}
        </div>
      </Card>
      {result.findings.length > 0 && <Findings result={result} image={image} />}
      {asked && called && (
        <RepairDialog
          path={path}
          format={image.format}
          mode={asked.mode}
          result={result}
          close={() => useHealth.getState().askRepair(undefined)}
        />
      )}
    </div>
  );
}
