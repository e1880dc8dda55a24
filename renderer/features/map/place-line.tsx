import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { useMap } from "../../state/map";
import { formatOffset } from "../../text/format";
import { placeParts } from "./place-parts";
import styles from "./map.module.css";

/** What the cell that is pointed at shows; read out when it was gone to by keys. */
export function PlaceLine({ report, cellSize }: { report: ImageReport; cellSize: number }) {
  const { t } = useTranslation();
  const order = useMap((map) => map.order);
  const place = useMap((map) => map.place);
  const pointed = useMap((map) => map.pointed);
  const cursor = useMap((map) => map.cursor);
  const parts =
    place !== undefined
      ? placeParts({ report, order, cellSize, place }, t)
      : pointed !== undefined
        ? [t("map.place.offset", { offset: formatOffset(pointed) })]
        : [];
  const isCursor = cursor !== undefined && pointed === Math.floor(cursor / cellSize) * cellSize;
  return (
    <>
      <p
        className={styles.place}
        data-testid="map-place"
        data-cell={pointed}
        data-at={place?.at}
        data-kind={place?.kind}
        data-class={place?.class}
        data-host={place?.hostAt}
      >
        {parts.length === 0 && <span className={styles.dim}>{t("map.place.none")}</span>}
        {parts.map((part) => (
          <span key={part}>
            {part.split(/<\/?b>/).map((text, i) =>
              // Between the marks lies every second piece.
              i % 2 === 1 ? <b key={text}>{text}</b> : text,
            )}
          </span>
        ))}
      </p>
      <VisuallyHidden role="status" data-testid="map-said">
        {isCursor ? parts.map((part) => part.replace(/<\/?b>/g, "")).join(", ") : ""}
      </VisuallyHidden>
    </>
  );
}
