import type { Row } from "./rows";

/** What a key does in the tree. */
export type KeyAction =
  | { readonly do: "go"; readonly to: number }
  | { readonly do: "choose" | "fold" | "unfold" | "remove" };

/** What `key` does with the row at `active`; undefined for a key that does nothing there. */
export function afterKey(key: string, rows: readonly Row[], active: number): KeyAction | undefined {
  const row = rows[active];
  if (row === undefined) return undefined;
  const last = rows.length - 1;
  switch (key) {
    case "ArrowDown":
      return { do: "go", to: Math.min(last, active + 1) };
    case "ArrowUp":
      return { do: "go", to: Math.max(0, active - 1) };
    case "Home":
      return { do: "go", to: 0 };
    case "End":
      return { do: "go", to: last };
    case "PageDown":
      return { do: "go", to: Math.min(last, active + PAGE) };
    case "PageUp":
      return { do: "go", to: Math.max(0, active - PAGE) };
    case "ArrowRight":
      if (row.kind === "folder" && !row.expanded) return { do: "unfold" };
      return rows[active + 1]?.parent === row.key ? { do: "go", to: active + 1 } : undefined;
    case "ArrowLeft": {
      if (row.kind === "folder") return row.expanded ? { do: "fold" } : undefined;
      const parent = rows.findIndex((each) => each.key === row.parent);
      return parent < 0 ? undefined : { do: "go", to: parent };
    }
    case "Enter":
    case " ":
      return { do: "choose" };
    case "Delete":
      return { do: "remove" };
    default:
      return letter(key, rows, active);
  }
}

/** Rows that a page stands for. */
const PAGE = 10;

/** A letter goes to the next row whose name begins with it. */
function letter(key: string, rows: readonly Row[], active: number): KeyAction | undefined {
  if ([...key].length !== 1) return undefined;
  const wanted = key.toLocaleLowerCase();
  const order = [...rows.keys()].map((step) => (active + 1 + step) % rows.length);
  const to = order.find((at) => {
    const row = rows[at];
    return row?.kind === "image" && row.name.toLocaleLowerCase().startsWith(wanted);
  });
  return to === undefined ? undefined : { do: "go", to };
}
