import { useEffect, useId, useRef, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { useMap } from "../../state/map";
import { CellCanvas } from "./cell-canvas";
import { cellAt, seenCells, type Scene } from "./geometry";
import { keyAction } from "./keys";
import { ScrollBar } from "./scroll-bar";
import type { Scroller } from "./scroller";
import { useAsk } from "./use-ask";
import styles from "./map.module.css";

interface MapSurfaceProps {
  scene: Scene;
  /** Bytes of a cell with which all is seen. */
  fit: number;
  /** What is drawn, in words. */
  text: string;
  scroller: Scroller;
  /** Zooms by so many levels (0 shows all) around byte `at`, whose row stays where it is. */
  zoom: (levels: number, at: number) => void;
}

/** Device pixels of a turn of the wheel that zooms by one level, and from which on a scroll is made smooth. */
const zoomTurn = 60;
const smoothTurn = 50;

/** The cells with all that moves them: wheel, pointer and keys. */
export function MapSurface({ scene, fit, text, scroller, zoom }: MapSurfaceProps) {
  const { t } = useTranslation();
  const id = useId();
  const surface = useRef<HTMLDivElement>(null);
  const pointed = useRef<number | undefined>(undefined);
  const ask = useAsk(scene);
  const order = useMap((map) => map.order);
  const by = useMap((map) => map.by);
  const { setCursor } = useMap.getState();
  const { cellSize } = scene;

  // What was told of a cell is not true of those of another size, order or colouring.
  useEffect(() => {
    pointed.current = undefined;
    ask(undefined);
  }, [ask, order, by]);

  /** The cell below the pointer. */
  function cellUnder(event: { readonly clientX: number; readonly clientY: number }) {
    const box = surface.current?.getBoundingClientRect();
    if (box === undefined) return undefined;
    const ratio = scene.layout.width / box.width;
    const [x, y] = [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
    return cellAt(scene, scroller.top, x, y);
  }

  function point(cell: number | undefined): void {
    if (cell === pointed.current) return;
    pointed.current = cell;
    scroller.redraw();
    ask(cell);
  }

  function goTo(cell: number): void {
    setCursor(cell * cellSize);
    scroller.show(cell);
    pointed.current = undefined;
    ask(undefined);
  }

  // React's own wheel handlers cannot keep the page from scrolling, too.
  const turned = useRef(0);
  const onWheel = (event: WheelEvent): void => {
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 40 : 1;
    const delta = event.deltaY * pixels * devicePixelRatio;
    if (event.ctrlKey) {
      event.preventDefault();
      turned.current += delta;
      const levels = Math.trunc(turned.current / zoomTurn);
      if (levels === 0) return;
      turned.current = 0;
      const cell = cellUnder(event) ?? seenCells(scene, scroller.top).first;
      zoom(-Math.sign(levels), cell * cellSize);
      return;
    }
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (scroller.by(delta, Math.abs(delta) >= smoothTurn && !still)) event.preventDefault();
  };
  const wheel = useRef(onWheel);
  useEffect(() => {
    wheel.current = onWheel;
  });
  useEffect(() => {
    const element = surface.current;
    const listen = (event: WheelEvent): void => wheel.current(event);
    element?.addEventListener("wheel", listen, { passive: false });
    return () => element?.removeEventListener("wheel", listen);
  }, []);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey || event.ctrlKey) return;
    const { cursor } = useMap.getState();
    const first = seenCells(scene, scroller.top).first;
    const cell = cursor === undefined ? first : Math.floor(cursor / cellSize);
    const action = keyAction(event.key, cell, scene);
    if (action === undefined) {
      if (event.key.startsWith("Arrow")) event.preventDefault();
      return;
    }
    event.preventDefault();
    // The first key shows where the keys are.
    if ("zoom" in action) zoom(action.zoom, cursor ?? cell * cellSize);
    else if (cursor === undefined && event.key.startsWith("Arrow")) goTo(first);
    else goTo(action.cell);
  }

  function onPointerDown(event: PointerEvent): void {
    const cell = cellUnder(event);
    if (event.button === 0 && cell !== undefined) setCursor(cell * cellSize);
  }

  return (
    <div className={styles.body}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- an application is one */}
      <div
        ref={surface}
        id={id}
        className={styles.surface}
        // Keys are the map's own here, also with a screen reader.
        role="application"
        aria-label={t("map.keys")}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it takes keys
        tabIndex={0}
        data-testid="map-surface"
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={(event) => point(cellUnder(event))}
        onPointerLeave={() => point(undefined)}
        onDoubleClick={(event) => {
          const cell = cellUnder(event);
          if (cell !== undefined) zoom(2, cell * cellSize);
        }}
      >
        <CellCanvas scene={scene} fit={fit} text={text} scroller={scroller} pointed={pointed} />
      </div>
      <ScrollBar scene={scene} scroller={scroller} controls={id} />
    </div>
  );
}
