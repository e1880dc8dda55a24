import { VisuallyHidden } from "@mantine/core";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { useEffect, useId, useRef, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { bytesAt, chunkOf, ROW, rowsOf, selectionOf, useBytes } from "../../state/bytes";
import { copySelection } from "./copy-buttons";
import styles from "./bytes.module.css";
import { HexRow } from "./hex-row";
import { moveFor } from "./moves";
import { ScrollBar } from "./scroll-bar";
import { colourAt } from "./stretches";

/** Pixels of a row, as in bytes.module.css. */
const ROW_HEIGHT = 20;
/** Fewest digits of an offset. */
const LEAST_DIGITS = 8;

interface HexViewProps {
  /** The image's name. */
  name: string;
  /** Paths of the chain's files, the image first. */
  layers: readonly string[];
}

/** Rows of 16 bytes. Only those that are seen exist, whatever the disk's size: the position is a number. */
export function HexView({ name, layers }: HexViewProps) {
  const { t } = useTranslation();
  const id = useId();
  const { size, top, visible, caret, anchor, finding } = useBytes();
  const { setVisible } = useBytes.getState();
  const { ref: measured, height } = useElementSize();
  const wheeled = useWheel();
  const grid = useRef<HTMLDivElement>(null);
  const ref = useMergedRef(measured, wheeled, grid);
  // The link that led here is gone, and the focus with it.
  useEffect(() => {
    if (useBytes.getState().wanted !== undefined) grid.current?.focus();
    useBytes.setState({ wanted: undefined });
  }, []);
  useEffect(() => setVisible(Math.floor(height / ROW_HEIGHT)), [height, setVisible]);
  const selection = selectionOf({ caret, anchor });
  const rows = rowsOf(size ?? 0);
  const digits = Math.max(LEAST_DIGITS, Math.max(0, (size ?? 1) - 1).toString(16).length);
  const shown = Array.from(
    { length: Math.max(0, Math.min(visible, rows - top)) },
    (_, i) => top + i,
  );

  const caretRow = Math.floor(caret / ROW);
  const caretShown = shown.length > 0 && caretRow >= top && caretRow < top + shown.length;

  const pointAt = (event: PointerEvent, extend: boolean) => {
    const at = byteAt(event);
    if (at !== undefined) useBytes.getState().moveTo(at, extend);
  };

  return (
    <div className={styles.view}>
      <VisuallyHidden id={`${id}-keys`}>{t("bytes.keys")}</VisuallyHidden>
      <div className={styles.heads} aria-hidden>
        <span className={styles.offset} style={{ width: `${digits}ch` }}>
          {t("bytes.grid.offset")}
        </span>
        {Array.from({ length: ROW }, (_, i) => (
          <span className={styles.cell} key={i}>
            {i.toString(16).padStart(2, "0")}
          </span>
        ))}
        <span className={styles.text}>{t("bytes.grid.text")}</span>
      </div>
      <div className={styles.body}>
        <div
          ref={ref}
          id={id}
          className={styles.grid}
          role="grid"
          tabIndex={0}
          aria-label={t("bytes.label", { name })}
          aria-describedby={`${id}-keys`}
          aria-busy={size !== 0 && shown.length === 0}
          aria-readonly
          aria-multiselectable
          aria-rowcount={rows}
          aria-colcount={ROW + 2}
          aria-activedescendant={caretShown ? `${id}-${caret}` : undefined}
          data-testid="hex"
          data-top={top * ROW}
          data-finding={finding.state}
          onKeyDown={(event) => {
            const move = moveFor(event, useBytes.getState());
            if (move === undefined) return;
            event.preventDefault();
            if (typeof move === "number") useBytes.getState().moveTo(move, event.shiftKey);
            else if (move === "copy") copySelection("hex");
            else document.getElementById(`bytes-${move}`)?.focus();
          }}
          onPointerDown={(event) => {
            if (event.button === 0) pointAt(event, event.shiftKey);
          }}
          onPointerMove={(event) => {
            if ((event.buttons & 1) === 1) pointAt(event, true);
          }}
        >
          {size === 0 && <p className={styles.dim}>{t("bytes.empty")}</p>}
          {size === undefined && <p className={styles.dim}>{t("bytes.loading")}</p>}
          {shown.map((row) => (
            <HexRow
              key={row}
              id={id}
              row={row}
              digits={digits}
              length={Math.min(ROW, (size ?? 0) - row * ROW)}
              bytes={bytesAt(row * ROW, ROW)}
              unreadable={chunkOf(row * ROW)?.unreadable}
              colour={colourAt(chunkOf(row * ROW), row * ROW, layers)}
              selection={selection}
              caret={caret}
            />
          ))}
        </div>
        <ScrollBar controls={id} rows={rows} />
      </div>
    </div>
  );
}

/** The byte whose digits or character the pointer is on. */
function byteAt({ target, clientX }: PointerEvent): number | undefined {
  const cell = (target as Element).closest<HTMLElement>("[data-at]");
  if (cell !== null) return Number(cell.dataset["at"]);
  const text = (target as Element).closest<HTMLElement>("[data-text-at]");
  const [first, last] = [text?.firstElementChild, text?.lastElementChild];
  if (text === null || !first || !last) return undefined;
  const { left } = first.getBoundingClientRect();
  const { right } = last.getBoundingClientRect();
  // All characters are as wide as each other.
  const length = text.textContent.length;
  const nth = Math.floor(((clientX - left) / (right - left)) * length);
  return Number(text.dataset["textAt"]) + Math.max(0, Math.min(nth, length - 1));
}

/** Lets the wheel move the rows; at an end it scrolls the page, as it does elsewhere. */
function useWheel() {
  const left = useRef(0);
  return (element: HTMLDivElement | null) => {
    if (element === null) return undefined;
    const onWheel = (event: WheelEvent) => {
      const { top, scrollTo } = useBytes.getState();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? ROW_HEIGHT : 1;
      left.current += (event.deltaY * pixels) / ROW_HEIGHT;
      const by = Math.trunc(left.current);
      left.current -= by;
      if (by === 0) return;
      scrollTo(top + by);
      if (useBytes.getState().top !== top) event.preventDefault();
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  };
}
