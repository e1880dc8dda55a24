import { cellCount, type Scene } from "./geometry";

/** What a key does: the keys' place goes to a cell, or the map is zoomed by so many levels (0: to the whole). */
export type KeyAction = { readonly cell: number } | { readonly zoom: number } | undefined;

/** What a key does when the keys' place is at `cell`. */
export function keyAction(key: string, cell: number, scene: Scene): KeyAction {
  const { columns, rows } = scene.layout;
  const last = cellCount(scene) - 1;
  const to = (wanted: number): KeyAction => ({ cell: Math.max(0, Math.min(last, wanted)) });
  switch (key) {
    case "ArrowRight":
      return to(cell + 1);
    case "ArrowLeft":
      return to(cell - 1);
    case "ArrowDown":
      return cell + columns > last ? undefined : to(cell + columns);
    case "ArrowUp":
      return cell < columns ? undefined : to(cell - columns);
    case "PageDown":
      return to(cell + rows * columns);
    case "PageUp":
      return to(cell - rows * columns);
    case "Home":
      return to(0);
    case "End":
      return to(last);
    case "Enter":
      return { zoom: 2 };
    case "+":
    case "=":
      return { zoom: 1 };
    case "-":
      return { zoom: -1 };
    case "0":
      return { zoom: 0 };
    default:
      return undefined;
  }
}
