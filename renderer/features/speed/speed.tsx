import { Button } from "@mantine/core";
import { Gauge } from "lucide-react";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { useSpeed } from "../../state/speed";
import { attempt } from "../../state/view";
import { formatProgress } from "../../text/format";
import { Card } from "../../ui/card";
import { FailureNote } from "../../ui/failure-note";
import { ProgressBar } from "../../ui/progress-bar";
import { Choices } from "./choices";
import { FigureTable } from "./figure-table";
import { Meaning } from "./meaning";
import styles from "./speed.module.css";

const SpeedChart = lazy(() => import("./speed-chart"));

/** How fast the disk is read through the image, against its file read plainly. */
export function Speed({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const { path } = report;
  const { figures, running, failure, cancelled } = useSpeed();
  const shown = useSpeed((state) => state.path === path);
  const { start, stop } = useSpeed.getState();
  useEffect(() => useSpeed.getState().follow(path), [path]);
  useEffect(
    () => () => {
      if (useSpeed.getState().running) attempt(useSpeed.getState().stop);
    },
    [],
  );

  if (!shown) return null;
  if (report.layers[0]?.virtualSize === 0)
    return (
      <Card title={t("speed.title")}>
        <p className={styles.dim}>{t("speed.empty")}</p>
      </Card>
    );
  return (
    <>
      <Card title={t("speed.title")} subtitle={t("speed.subtitle")}>
        <div className={styles.top}>
          <Choices report={report} />
          {running ? (
            <Button variant="default" onClick={() => attempt(stop)}>
              {t("speed.stop")}
            </Button>
          ) : (
            <Button leftSection={<Gauge size={15} aria-hidden />} onClick={() => void start()}>
              {t(figures.length > 0 ? "speed.again" : "speed.start")}
            </Button>
          )}
        </div>
        <Running />
        {cancelled && <p className={styles.dim}>{t("speed.stopped")}</p>}
        <FailureNote failure={failure} />
        {figures.length > 0 && <Charts />}
      </Card>
      {figures.length > 0 && <FigureTable figures={figures} />}
      <Meaning report={report} figures={figures} />
    </>
  );
}

function Running() {
  const { t } = useTranslation();
  const running = useSpeed((state) => state.running);
  const raw = useSpeed((state) => state.raw);
  if (running === undefined) return null;
  const { subject, pattern, done, total } = running;
  const name = nameOf(raw ?? "");
  const what = `${t(`speed.subject.${subject}`, { name })} · ${t(`speed.pattern.${pattern}`)}`;
  const text =
    total === 0
      ? t("speed.running.starting", { what })
      : t("speed.running.text", { what, ...formatProgress(done, total) });
  return (
    <div className={styles.running}>
      <span role="status">{text}</span>
      <ProgressBar label={t("speed.running.label")} text={text} done={done} total={total} />
    </div>
  );
}

function Charts() {
  const { t } = useTranslation();
  const figures = useSpeed((state) => state.figures);
  return (
    <div className={styles.charts}>
      <ul className={styles.legend} aria-hidden>
        <li data-pass="first">{t("speed.chart.first")}</li>
        <li data-pass="again">{t("speed.chart.again")}</li>
      </ul>
      {(["sequential", "random"] as const).map((pattern) => {
        const own = figures.filter((figure) => figure.pattern === pattern);
        if (own.length === 0) return null;
        return (
          <section key={pattern}>
            <h3 className={styles.heading}>
              {t(`speed.pattern.${pattern}`)} <span>{t(`speed.chart.unit.${pattern}`)}</span>
            </h3>
            <Suspense fallback={<div className={styles.chart} />}>
              <SpeedChart pattern={pattern} figures={own} />
            </Suspense>
          </section>
        );
      })}
    </div>
  );
}
