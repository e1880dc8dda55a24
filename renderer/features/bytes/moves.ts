import { ROW } from "../../state/bytes";

/** A key, with what is held down with it. */
interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Where a key leads in the bytes: an offset, something to copy, or the field to go to; undefined for none. */
export function moveFor(
  { key, ctrlKey, metaKey, altKey }: Key,
  { caret, size, visible }: { caret: number; size: number | undefined; visible: number },
): number | "copy" | "go-to" | "find" | undefined {
  if (size === undefined || size === 0 || altKey) return undefined;
  const page = Math.max(1, visible - 1) * ROW;
  // Up and down keep to the column: at an end they stay where they are.
  const by = (bytes: number): number => {
    const to = caret + bytes;
    return to < 0 || to >= size ? caret : to;
  };
  if (ctrlKey || metaKey) {
    const controlled: Readonly<Record<string, number | "copy" | "go-to" | "find">> = {
      Home: 0,
      End: size - 1,
      c: "copy",
      g: "go-to",
      f: "find",
    };
    return controlled[key];
  }
  const moves: Readonly<Record<string, () => number>> = {
    ArrowLeft: () => by(-1),
    ArrowRight: () => by(1),
    ArrowUp: () => by(-ROW),
    ArrowDown: () => by(ROW),
    PageUp: () => (caret - page < 0 ? caret % ROW : caret - page),
    PageDown: () => Math.min(caret + page, size - 1),
    Home: () => caret - (caret % ROW),
    End: () => Math.min(size - 1, caret - (caret % ROW) + ROW - 1),
  };
  return moves[key]?.();
}
