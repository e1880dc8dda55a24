import { useElementSize } from "@mantine/hooks";
import { useRef, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { useBytes } from "../../state/bytes";
import styles from "./bytes.module.css";

/** Pixels below which the thumb could not be grasped. */
const LEAST_THUMB = 28;

/**
 * A scroll bar of our own: an element high enough for all rows of a disk would be higher than a
 * browser can make one.
 */
export function ScrollBar({ controls, rows }: { controls: string; rows: number }) {
  const { t } = useTranslation();
  const { ref, height } = useElementSize();
  const top = useBytes((state) => state.top);
  const visible = useBytes((state) => state.visible);
  const { scrollTo } = useBytes.getState();
  /** How far below the thumb's upper edge it was grasped; pixels. */
  const grasped = useRef<number>(undefined);
  const most = Math.max(0, rows - visible);
  const thumb = Math.min(height, Math.max(LEAST_THUMB, (height * visible) / Math.max(1, rows)));
  const room = Math.max(1, height - thumb);
  const thumbAt = most > 0 ? (room * top) / most : 0;

  const within = (event: PointerEvent) =>
    event.clientY - event.currentTarget.getBoundingClientRect().top;
  return (
    <div
      ref={ref}
      className={styles.scroll}
      role="scrollbar"
      aria-label={t("bytes.grid.scroll")}
      aria-controls={controls}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={most}
      aria-valuenow={top}
      tabIndex={-1}
      data-testid="hex-scroll"
      data-idle={most === 0 || undefined}
      onPointerDown={(event) => {
        if (event.button !== 0 || most === 0) return;
        const y = within(event);
        if (y < thumbAt || y > thumbAt + thumb) {
          scrollTo(top + (y < thumbAt ? -visible : visible));
          return;
        }
        grasped.current = y - thumbAt;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (grasped.current === undefined) return;
        scrollTo(((within(event) - grasped.current) / room) * most);
      }}
      onPointerUp={() => {
        grasped.current = undefined;
      }}
      onLostPointerCapture={() => {
        grasped.current = undefined;
      }}
    >
      <span className={styles.thumb} style={{ height: thumb, top: thumbAt }} />
    </div>
  );
}
