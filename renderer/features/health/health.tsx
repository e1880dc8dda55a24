import { Button, Loader } from "@mantine/core";
import { RefreshCw } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FormatId } from "../../../shared/model/format";
import type { ImageReport } from "../../../shared/model/report";
import { useHealth } from "../../state/health";
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

/** Formats in which something can be set right from what else the file holds. */
const repairable: ReadonlySet<FormatId> = new Set(["qcow2", "vmdk", "vpc", "vhdx"]);

/** The consistency of an image's own tables, and what mends them. */
export function Health({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const { path } = report;
  const [image] = report.layers;
  const view = useHealth((state) => (state.path === path ? state.view : undefined));
  const repaired = useHealth((state) => state.repaired);
  const { check, stop } = useHealth.getState();
  const [mode, setMode] = useState<"leaks" | "all">();
  useEffect(() => attempt(() => useHealth.getState().check(path)), [path]);

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
              t("health.otherFormat", { format: formatName(image.format, t) })
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
  const { leaks, corruptions, checkErrors, dirty, corrupt } = result;
  const damaged = corruptions > 0 || checkErrors > 0;
  const marked = dirty || corrupt;
  return (
    <>
      {repaired && <RepairedNote repaired={repaired} />}
      <Card
        title={t("health.title")}
        subtitle={t(image.format === "qcow2" ? "health.subtitle" : "health.subtitleBlocks")}
      >
        <Summary result={result} image={image} />
        <div className={styles.buttons}>
          {again}
          {leaks > 0 && !damaged && (
            <Button variant="default" onClick={() => setMode("leaks")}>
              {t("health.repairLeaks")}
            </Button>
          )}
          {(damaged || marked) && repairable.has(image.format) && (
            <Button onClick={() => setMode("all")}>{t("health.repairAll")}</Button>
          )}
        </div>
      </Card>
      {result.findings.length > 0 && <Findings result={result} image={image} />}
      {mode && (
        <RepairDialog
          path={path}
          format={image.format}
          mode={mode}
          result={result}
          close={() => setMode(undefined)}
        />
      )}
    </>
  );
}
