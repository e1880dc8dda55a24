import { useComputedColorScheme } from "@mantine/core";
import { useCallback, useEffect, useLayoutEffect, useRef, type RefObject } from "react";
import { useMap } from "../../state/map";
import { seenCells, type Scene } from "./geometry";
import { createPainter, type Painter } from "./painter";
import { readPalette, type Palette } from "./palette";
import type { Scroller } from "./scroller";
import { shadeCells } from "./shading";
import styles from "./map.module.css";

interface CellCanvasProps {
  scene: Scene;
  /** Bytes of a cell with which all is seen. */
  fit: number;
  /** What is drawn, in words. */
  text: string;
  scroller: Scroller;
  /** The cell below the pointer. */
  pointed: RefObject<number | undefined>;
}

/** The cells themselves: draws what is seen, at most once a frame. */
export function CellCanvas({ scene, fit, text, scroller, pointed }: CellCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter>(undefined);
  const frame = useRef(0);
  const draw = useRef<() => void>(undefined);
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const version = useMap((map) => map.version);
  const overview = useMap((map) => map.overview);
  const cursor = useMap((map) => map.cursor);
  const order = useMap((map) => map.order);
  const by = useMap((map) => map.by);
  const classes = useMap((map) => map.classes);
  const colours = useRef<Palette>(undefined);
  // Read anew with the next frame: only then are the theme's colours in place.
  useLayoutEffect(() => {
    colours.current = undefined;
  }, [scheme, classes]);

  const paint = useCallback(() => {
    frame.current = 0;
    if (canvas.current === null) return;
    scroller.step();
    painter.current ??= createPainter(canvas.current);
    const { row, overview: known, cursor: at, classes: told } = useMap.getState();
    colours.current ??= readPalette(document.body, told);
    const { top } = scroller;
    painter.current.paint({
      scene,
      top,
      palette: colours.current,
      wordOf: shadeCells(scene, { row, overview: known }, colours.current),
      cursor: at === undefined ? undefined : Math.floor(at / scene.cellSize),
      pointed: pointed.current,
    });
    const { first, end } = seenCells(scene, top);
    const { cellSize, size } = scene;
    const seen = {
      cellSize,
      fit,
      size,
      from: first * cellSize,
      to: Math.min(size, end * cellSize),
    };
    useMap.getState().want(seen);
  }, [scene, fit, scroller, pointed]);

  useLayoutEffect(() => {
    const schedule = (): void => {
      frame.current ||= requestAnimationFrame(paint);
    };
    draw.current = schedule;
    const end = scroller.watch(schedule);
    scroller.setScene(scene);
    schedule();
    return () => {
      end();
      cancelAnimationFrame(frame.current);
      frame.current = 0;
    };
  }, [paint, scene, scroller]);
  useEffect(() => draw.current?.(), [version, overview, cursor, order, by, scheme]);

  return <canvas ref={canvas} className={styles.canvas} role="img" aria-label={text} />;
}
