import { create } from "zustand";
import type { BytesPlace } from "../../shared/model/bytes";
import type { Failure } from "../../shared/model/report";
import type { ChangedRanges, SnapshotTree } from "../../shared/model/snapshot-tree";
import { call, toFailure } from "../api/client";
import { placeOf } from "./bytes";
import { useImages } from "./images";

/** What the window knows of an image's snapshots. */
export type SnapshotsView =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly tree: SnapshotTree }
  | { readonly state: "failed"; readonly failure: Failure };

/** What changed between two nodes of the tree. */
export interface Comparison {
  readonly from: string;
  readonly to: string;
  /** Where the bytes are those of `to`. */
  readonly place: BytesPlace;
  readonly changes: ChangedRanges;
}

interface SnapshotsState {
  readonly path: string | undefined;
  readonly view: SnapshotsView;
  /** Places in the tree's list of nodes. */
  readonly selected: readonly number[];
  /** The node that keys act from. */
  readonly active: number;
  /** What deleting all selected snapshots gives back; absent until it is known. */
  readonly freed: number | undefined;
  readonly comparison: Comparison | undefined;
  /** The image of which a snapshot is asked for from elsewhere, until its tab has taken that up. */
  readonly takeWanted: string | undefined;
  /** Reads the tree anew. */
  load: (path: string) => Promise<void>;
  /** Selects a node alone, or adds it to the others or takes it away from them. */
  select: (node: number, toggle?: boolean) => void;
  /** Moves the keys' place without selecting. */
  activate: (node: number) => void;
  compare: (from: number, to: number) => Promise<void>;
  closeComparison: () => void;
  take: (name: string) => Promise<void>;
  /** Has the tab of the image ask for a snapshot's name; undefined takes that back. */
  wantTake: (path: string | undefined) => void;
  /** The disk becomes what it was; with `keepAs`, what it is now is kept under that name. */
  goBack: (index: number, keepAs?: string) => Promise<void>;
  remove: (indices: readonly number[]) => Promise<void>;
  rename: (index: number, name: string) => Promise<void>;
}

const nothing = { selected: [], freed: undefined, comparison: undefined };

export const useSnapshots = create<SnapshotsState>()((set, get) => {
  const path = (): string => get().path ?? "";
  /** The number of the latest reading: an older answer is not shown. */
  let latest = 0;

  const read = async (image: string) => {
    const turn = (latest += 1);
    let view: SnapshotsView;
    try {
      view = { state: "ready", tree: await call("snapshots.tree", { path: image }) };
    } catch (error) {
      view = { state: "failed", failure: toFailure(error) };
    }
    if (turn !== latest) return;
    const now = view.state === "ready" ? view.tree.nodes.length - 1 : 0;
    set({ view, active: now, ...nothing, selected: [now] });
  };

  /** Shows the image as a change has left it, also when that failed half-way. */
  const change = async (make: () => Promise<unknown>) => {
    const image = path();
    try {
      await make();
    } finally {
      await useImages.getState().inspect(image);
      if (get().path === image) await read(image);
    }
  };

  const sumUp = async () => {
    const { selected, view } = get();
    const indices = snapshotsOf(view, selected);
    set({ freed: undefined });
    if (indices.length < 2) return;
    const { bytes } = await call("snapshots.freed", { path: path(), indices });
    if (get().selected === selected) set({ freed: bytes });
  };

  return {
    path: undefined,
    view: { state: "loading" },
    active: 0,
    ...nothing,
    takeWanted: undefined,
    load: async (image) => {
      // What was read before may be old by now: nothing is to be chosen in it.
      set({ path: image, view: { state: "loading" }, ...nothing });
      await read(image);
    },
    select: (node, toggle = false) => {
      const { selected } = get();
      const others = selected.filter((one) => one !== node);
      const added = others.length === selected.length ? [...others, node] : others;
      set({ selected: toggle ? added : [node], active: node });
      // A sum that cannot be told is left out; deleting will say why.
      void sumUp().catch(() => {});
    },
    activate: (active) => set({ active }),
    compare: async (from, to) => {
      const { view } = get();
      if (view.state !== "ready") return;
      const [a, b] = [view.tree.nodes[from], view.tree.nodes[to]];
      if (a === undefined || b === undefined) return;
      const input = { path: path(), a: a.index, b: b.index };
      const place = placeOf(path(), "guest", b.index ?? undefined);
      const changes = await call("snapshots.compare", input);
      if (get().view === view) set({ comparison: { from: a.name, to: b.name, place, changes } });
    },
    closeComparison: () => set({ comparison: undefined }),
    take: (name) => change(() => call("snapshots.create", { path: path(), name })),
    wantTake: (takeWanted) => set({ takeWanted }),
    goBack: (index, keepAs) =>
      change(() =>
        call("snapshots.apply", { path: path(), index, ...(keepAs !== undefined && { keepAs }) }),
      ),
    remove: (indices) =>
      change(() => call("snapshots.delete", { path: path(), indices: [...indices] })),
    rename: (index, name) => change(() => call("snapshots.rename", { path: path(), index, name })),
  };
});

/** The places in the snapshot table of those nodes that are snapshots. */
function snapshotsOf(view: SnapshotsView, nodes: readonly number[]): number[] {
  if (view.state !== "ready") return [];
  return nodes.flatMap((node) => view.tree.nodes[node]?.index ?? []);
}
