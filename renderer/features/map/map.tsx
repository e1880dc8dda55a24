import { Button } from "@mantine/core";
import { RefreshCw } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { useMap } from "../../state/map";
import { formatCount, formatSize } from "../../text/format";
import { FailureText } from "../../ui/failure-text";
import { Note } from "../../ui/note";
import { classText } from "./classes";
import { cellCount, layoutCells, sceneOf, zoomLevels, type Scene } from "./geometry";
import { MapSurface } from "./map-surface";
import { PlaceLine } from "./place-line";
import { createScroller } from "./scroller";
import { Toolbar } from "./toolbar";
import { Totals } from "./totals";
import { useDeviceBox } from "./use-device-box";
import styles from "./map.module.css";

/** Bytes of a unit where nothing is kept together, until the first answer tells. */
const usualUnit = 4096;

/** The whole disk, or the whole file, as cells. */
export function ImageMap({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const of = useMap((map) => map.of);
  useEffect(() => useMap.getState().open(report), [report]);
  return (
    <section className={styles.card} aria-label={t("map.title")}>
      {of?.path === report.path && <OpenMap report={report} />}
    </section>
  );
}

function OpenMap({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const room = useRef<HTMLDivElement>(null);
  const box = useDeviceBox(room);
  const [scroller] = useState(createScroller);
  const order = useMap((map) => map.order);
  const chosen = useMap((map) => map.zoom);
  const overview = useMap((map) => map.overview);
  const failure = useMap((map) => map.failure);
  const { setZoom, retry } = useMap.getState();
  const [top] = report.layers;
  const told = order === "guest" ? top?.virtualSize : top?.fileLength;
  const size = overview?.cells.size ?? told ?? 0;
  const unit = overview?.cells.unit ?? top?.facts.clusterSize ?? usualUnit;

  const fitted = useMemo(() => box && layoutCells(box, size, unit), [box, size, unit]);
  const { layout, fit } = fitted ?? {};
  const cellSize = fit && Math.min(chosen ?? fit, fit);
  const scene = useMemo<Scene | undefined>(
    () => (layout && cellSize ? sceneOf(layout, size, cellSize) : undefined),
    [layout, size, cellSize],
  );
  const text = useMapText(report, scene);

  function zoom(levels: number, at?: number): void {
    if (fit === undefined || scene === undefined) return;
    const sizes = zoomLevels(fit, unit);
    const now = sizes.findIndex((one) => one <= scene.cellSize);
    const next = levels === 0 ? 0 : Math.max(0, Math.min(sizes.length - 1, now + levels));
    const around = at ?? useMap.getState().cursor ?? scroller.middle();
    scroller.hold(around);
    setZoom(next === 0 ? undefined : sizes[next]);
  }

  if (size === 0) return <Note>{t(order === "guest" ? "map.emptyDisk" : "map.emptyFile")}</Note>;
  return (
    <>
      <Toolbar
        cellSize={cellSize}
        canZoomIn={cellSize !== undefined && cellSize > unit}
        canZoomOut={cellSize !== fit}
        zoom={zoom}
      />
      {failure !== undefined && (
        <Note tone={failure.code === "passphrase" ? "info" : "bad"} role="alert">
          <FailureText failure={failure} />
          <Button
            className={styles.again}
            size="xs"
            variant="default"
            leftSection={<RefreshCw size={14} aria-hidden />}
            onClick={retry}
          >
            {t("map.again")}
          </Button>
        </Note>
      )}
      {/* The room that there is; cells that need less take less. */}
      <div ref={room} className={styles.room} />
      {scene !== undefined && box !== undefined && fit !== undefined && (
        <div className={styles.frame} style={{ height: scene.layout.height / box.ratio }}>
          <MapSurface scene={scene} fit={fit} text={text} scroller={scroller} zoom={zoom} />
        </div>
      )}
      {cellSize !== undefined && <PlaceLine report={report} cellSize={cellSize} />}
      <Totals report={report} />
    </>
  );
}

/** What the picture shows, in a sentence. */
function useMapText(report: ImageReport, scene: Scene | undefined): string {
  const { t } = useTranslation();
  const order = useMap((map) => map.order);
  const overview = useMap((map) => map.overview);
  if (scene === undefined || overview === undefined) return t("map.loading");
  const { classes, totals } = overview.cells;
  const names = report.layers.map(({ path }) => nameOf(path));
  const parts = classes.flatMap((name, i) =>
    (totals[i] ?? 0) > 0 ? `${classText(name, names, t)} ${formatSize(totals[i] ?? 0)}` : [],
  );
  return t(order === "guest" ? "map.textGuest" : "map.textHost", {
    cells: formatCount(cellCount(scene)),
    size: formatSize(scene.cellSize),
    parts: parts.join(", "),
  });
}
