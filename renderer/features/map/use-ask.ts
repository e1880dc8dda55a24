import { useCallback, useEffect, useRef } from "react";
import { useMap } from "../../state/map";
import { attempt } from "../../state/view";
import type { Scene } from "./geometry";

/** Milliseconds that the pointer rests on a cell before it is asked about. */
const rest = 60;

/** Asks about the cell that is pointed at, when it has been for a moment; else about the keys' cell. */
export function useAsk(scene: Scene | undefined): (cell: number | undefined) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (cell) => {
      clearTimeout(timer.current);
      if (scene === undefined) return;
      const { cellSize } = scene;
      timer.current = setTimeout(() => {
        const { cursor, point } = useMap.getState();
        const at = cell === undefined ? cursor : cell * cellSize;
        const start = at === undefined ? undefined : Math.floor(at / cellSize) * cellSize;
        attempt(() => point(start === undefined ? undefined : { at: start, length: cellSize }));
      }, rest);
    },
    [scene],
  );
}
