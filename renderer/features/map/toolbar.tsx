import { SegmentedControl, Tooltip, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { MapColouring, MapOrder } from "../../../shared/model/map";
import { useMap } from "../../state/map";
import { formatRoundSize, formatSize } from "../../text/format";
import { ZoomButtons } from "../../ui/zoom-buttons";
import styles from "./map.module.css";

interface ToolbarProps {
  /** Bytes of a cell; undefined before the window is measured. */
  cellSize: number | undefined;
  canZoomIn: boolean;
  canZoomOut: boolean;
  /** Zooms by so many levels; 0 shows the whole. */
  zoom: (levels: number) => void;
}

/** How the map is looked at, and how near. */
export function Toolbar({ cellSize, canZoomIn, canZoomOut, zoom }: ToolbarProps) {
  const { t } = useTranslation();
  const order = useMap((map) => map.order);
  const by = useMap((map) => map.by);
  const { host, layer, sharing } = useMap((map) => map.unavailable);
  const { look } = useMap.getState();
  return (
    <div className={styles.toolbar}>
      <SegmentedControl
        size="xs"
        aria-label={t("map.order.label")}
        value={order}
        onChange={(value) => look({ order: value as MapOrder })}
        data={[
          choice("guest", t("map.order.guest")),
          choice("host", t("map.order.host"), host && t(`map.why.${host}`)),
        ]}
      />
      <SegmentedControl
        size="xs"
        aria-label={t("map.by.label")}
        value={by}
        onChange={(value) => look({ by: value as MapColouring })}
        data={[
          choice("kind", t("map.by.kind")),
          choice("layer", t("map.by.layer"), layer && t(`map.why.${layer}`)),
          choice("sharing", t("map.by.sharing"), sharing && t(`map.why.${sharing}`)),
        ]}
      />
      <div className={styles.near}>
        <span className={styles.scale} data-testid="map-scale" data-bytes={cellSize}>
          {cellSize !== undefined && t("map.oneCell", { size: sizeText(cellSize) })}
        </span>
        <ZoomButtons
          labels={{ out: t("map.zoom.out"), in: t("map.zoom.in"), whole: t("map.zoom.whole") }}
          canZoomIn={canZoomIn}
          canZoomOut={canZoomOut}
          canShowWhole={canZoomOut}
          zoom={zoom}
        />
      </div>
    </div>
  );
}

/** Round sizes as they are, others with one decimal. */
const sizeText = (bytes: number): string =>
  Number.isInteger(Math.log2(bytes)) ? formatRoundSize(bytes) : formatSize(bytes);

/** One way to look; where it tells nothing, with the reason. */
function choice(value: string, text: string, why?: string) {
  if (why === undefined) return { value, label: text };
  const label = (
    <Tooltip label={why} multiline maw={280}>
      <span>
        {text}
        <VisuallyHidden> ({why})</VisuallyHidden>
      </span>
    </Tooltip>
  );
  return { value, label, disabled: true };
}
