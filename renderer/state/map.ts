import { create } from "zustand";
import type {
  MapCells,
  MapClass,
  MapColouring,
  MapOrder,
  MapPlace,
  MapUnavailable,
} from "../../shared/model/map";
import { mostCells } from "../../shared/model/most-cells";
import type { Failure, ImageReport } from "../../shared/model/report";
import { call, toFailure } from "../api/client";

/** What the window looks at; all in bytes. */
export interface MapWindow {
  /** Of a cell, and of a cell with which all is seen at once. */
  readonly cellSize: number;
  readonly fit: number;
  /** Of the whole map. */
  readonly size: number;
  /** Of the cells that are seen, the first byte and the one behind the last. */
  readonly from: number;
  readonly to: number;
}

interface MapState {
  /** The report that was opened; what was known of the image before is out of date. */
  readonly of: ImageReport | undefined;
  readonly order: MapOrder;
  readonly by: MapColouring;
  /** Bytes of a cell; undefined while all is seen at once. */
  readonly zoom: number | undefined;
  /** The first byte of the cell that keys act from. */
  readonly cursor: number | undefined;
  /** Goes up with each answer: what is drawn may be drawn better. */
  readonly version: number;
  /** The whole map in one row of cells, and bytes of each; absent until it is known. */
  readonly overview: { readonly cells: MapCells; readonly cellSize: number } | undefined;
  /** What cells are told apart by; empty until it is known. */
  readonly classes: readonly MapClass[];
  readonly unavailable: MapUnavailable;
  readonly failure: Failure | undefined;
  /** What the cell that was pointed at shows; absent until it is known. */
  readonly place: MapPlace | undefined;
  /** The first byte of that cell. */
  readonly pointed: number | undefined;
  open: (report: ImageReport) => void;
  look: (how: { readonly order?: MapOrder; readonly by?: MapColouring }) => void;
  setZoom: (zoom: number | undefined) => void;
  setCursor: (cursor: number | undefined) => void;
  /** Asks for what is seen, then for the whole, then for what lies ahead; one thing at a time. */
  want: (window: MapWindow) => void;
  /** Row `index` of `mostCells` cells of this size, if it is known. */
  row: (cellSize: number, index: number) => MapCells | undefined;
  /** Asks what a cell shows; undefined for none. */
  point: (cell: { readonly at: number; readonly length: number } | undefined) => Promise<void>;
  /** Asks again after a failure. */
  retry: () => void;
}

/** A row of cells that is asked for as one: number `index` of those of its size. */
interface Tile {
  readonly key: string;
  readonly cellSize: number;
  readonly index: number;
}

/** Tiles that are kept, of 128 KiB each. */
const mostTiles = 40;

const nothing = {
  classes: [],
  zoom: undefined,
  cursor: undefined,
  overview: undefined,
  failure: undefined,
  place: undefined,
  pointed: undefined,
};

export const useMap = create<MapState>()((set, get) => {
  /** By key, those used last at the end. */
  const tiles = new Map<string, MapCells>();
  const failed = new Set<string>();
  /** By order and colouring: the same for all rows, so that they need not be compared. */
  const classesOf = new Map<string, readonly MapClass[]>();
  let asking: string | undefined;
  let wanted: readonly Tile[] = [];
  let window: MapWindow | undefined;
  /** The row that shows all. */
  let overviewKey = "";
  /** The number of the latest question about a place: an older answer is not shown. */
  let latestPlace = 0;

  const tileOf = (cellSize: number, index: number): Tile => {
    const { order, by } = get();
    return { key: `${order} ${by} ${cellSize} ${index}`, cellSize, index };
  };

  const lookNow = (): string => `${get().order} ${get().by}`;

  const keep = (key: string, cells: MapCells): void => {
    tiles.delete(key);
    tiles.set(key, cells);
    for (const oldest of tiles.keys()) {
      if (tiles.size <= mostTiles) break;
      if (oldest !== overviewKey) tiles.delete(oldest);
    }
  };

  /** Asks for the first wanted tile that is not there; what was asked for before is given up by that. */
  const next = (): void => {
    const { of: report, order, by } = get();
    const tile = wanted.find(({ key }) => !tiles.has(key) && !failed.has(key));
    if (report === undefined || tile === undefined || tile.key === asking) return;
    asking = tile.key;
    const { cellSize, index, key } = tile;
    const from = index * mostCells * cellSize;
    const question = { path: report.path, order, by, from, cellSize, count: mostCells };
    void call("map.cells", question).then(
      (cells) => {
        if (get().of !== report) return;
        keep(key, cells);
        const look = `${order} ${by}`;
        if (!classesOf.has(look)) classesOf.set(look, cells.classes);
        if (lookNow() === look)
          set(({ version }) => ({
            version: version + 1,
            unavailable: cells.unavailable,
            classes: classesOf.get(look) ?? [],
            ...(key === overviewKey && { overview: { cells, cellSize } }),
          }));
        answered(key);
      },
      (error: unknown) => {
        const failure = toFailure(error);
        if (get().of !== report || failure.code === "cancelled") return;
        failed.add(key);
        if (wanted.some((one) => one.key === key)) set({ failure });
        answered(key);
      },
    );
  };

  const answered = (key: string): void => {
    if (asking !== key) return;
    asking = undefined;
    next();
  };

  const wantAgain = (): void => {
    if (window) get().want(window);
  };

  return {
    of: undefined,
    order: "guest",
    by: "kind",
    version: 0,
    unavailable: {},
    ...nothing,
    open: (report) => {
      const { of: before } = get();
      if (before === report) return;
      tiles.clear();
      failed.clear();
      classesOf.clear();
      asking = undefined;
      wanted = [];
      const same = before?.path === report.path;
      if (!same) window = undefined;
      set({
        of: report,
        ...(same ? { failure: undefined } : { order: "guest", by: "kind", ...nothing }),
      });
      wantAgain();
    },
    look: (how) => {
      const { order } = get();
      const turned = how.order !== undefined && how.order !== order;
      // The other order has other places.
      set({ ...how, overview: undefined, failure: undefined, place: undefined });
      if (turned) {
        window = undefined;
        set({ by: "kind", ...nothing });
      }
      set({ classes: classesOf.get(lookNow()) ?? [] });
      wantAgain();
    },
    setZoom: (zoom) => set({ zoom }),
    setCursor: (cursor) => set({ cursor }),
    want: (seen) => {
      window = seen;
      const { cellSize, fit, size, from, to } = seen;
      const perTile = mostCells * cellSize;
      const first = Math.floor(from / perTile);
      const last = Math.max(first, Math.ceil(to / perTile) - 1);
      const rows: Tile[] = [];
      for (let index = first; index <= last; index++) rows.push(tileOf(cellSize, index));
      const whole = tileOf(fit, 0);
      overviewKey = whole.key;
      const ahead = [last + 1, first - 1]
        .filter((index) => index >= 0 && index * perTile < size)
        .map((index) => tileOf(cellSize, index));
      wanted = [...rows, whole, ...ahead];
      const cells = tiles.get(whole.key);
      if (cells !== undefined && get().overview?.cells !== cells)
        set({ overview: { cells, cellSize: fit } });
      next();
    },
    row: (cellSize, index) => tiles.get(tileOf(cellSize, index).key),
    point: async (cell) => {
      const turn = (latestPlace += 1);
      const { of: report, order, by, pointed } = get();
      if (cell?.at !== pointed) set({ place: undefined, pointed: cell?.at });
      if (report === undefined || cell === undefined) return;
      try {
        const place = await call("map.place", { path: report.path, order, by, ...cell });
        if (turn === latestPlace) set({ place });
      } catch (error) {
        // The map itself tells what is wrong with the image.
        if (turn === latestPlace && toFailure(error).code !== "cancelled")
          set({ place: undefined });
      }
    },
    retry: () => {
      failed.clear();
      set({ failure: undefined });
      wantAgain();
    },
  };
});
