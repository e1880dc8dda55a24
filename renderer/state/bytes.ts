import { create } from "zustand";
import type { EventPayload } from "../../shared/ipc/contract";
import type { BytesPlace, BytesSide } from "../../shared/model/bytes";
import type { Failure } from "../../shared/model/report";
import { call, toFailure } from "../api/client";
import { useView } from "./view";
import { CHUNK, createByteChunks, type ByteChunks } from "./byte-chunks";

/** Bytes in a row. */
export const ROW = 16;
/** Most bytes that are copied at once: three characters each have to fit on the clipboard's call. */
export const MOST_COPIED = 16_384;

/** What looking for bytes is at. */
export type Finding =
  | { readonly state: "idle" }
  | { readonly state: "finding"; readonly done: number; readonly total: number }
  | { readonly state: "found"; readonly at: number; readonly length: number }
  /** Not there from `from` on. */
  | { readonly state: "missing"; readonly from: number }
  | { readonly state: "failed"; readonly failure: Failure };

/** Bytes that another screen leads to. */
interface Wanted {
  readonly place: BytesPlace;
  readonly at: number;
  readonly length: number;
}

interface BytesState {
  /** What the Bytes screen shall show first, until it has. */
  readonly wanted: Wanted | undefined;
  /** What is shown; absent before the first. */
  readonly place: BytesPlace | undefined;
  /** Bytes there are; absent until the first were read. */
  readonly size: number | undefined;
  /** Number of the first row that is shown; a row is `ROW` bytes. */
  readonly top: number;
  /** Rows that the view has room for. */
  readonly visible: number;
  /** The byte that the keys move, and where the selection began. */
  readonly caret: number;
  readonly anchor: number;
  readonly failure: Failure | undefined;
  readonly finding: Finding;
  /** Goes up with every chunk that arrives: what `chunkOf` answers may have changed. */
  readonly arrived: number;
  /**
   * Shows one side of an image from its beginning, or from `at`; what was read before is read anew. The
   * view stays where it is as long as it shows the same side of the same image.
   */
  show: (place: BytesPlace, at?: number) => void;
  /** Nothing is shown any more: stops reading and looking. */
  leave: () => void;
  setVisible: (rows: number) => void;
  /** Brings a row to the top, as far as there are rows. */
  scrollTo: (row: number) => void;
  /** Moves the caret, and the view so that it is seen; with `extend` the selection grows to it. */
  moveTo: (at: number, extend?: boolean) => void;
  /** Looks for bytes from `from` on, and selects what it finds. */
  find: (needle: Uint8Array<ArrayBuffer>, from: number) => Promise<void>;
  stopFinding: () => Promise<void>;
  /** Takes in how far the looking is. */
  progressed: (progress: EventPayload<"bytes.finding">) => void;
}

/** The bytes on the Bytes screen. */
export const useBytes = create<BytesState>()((set, get) => {
  /** The number of the latest search: an older answer is not shown. */
  let latest = 0;

  /** Wants what is seen, and then what is near it. */
  function want(): void {
    const { top, visible, size } = get();
    const first = Math.floor((top * ROW) / CHUNK);
    const last = Math.floor(((top + visible) * ROW) / CHUNK);
    const indices = [first, ...(last > first ? [last] : []), last + 1, first - 1];
    const isThere = (index: number): boolean =>
      index >= 0 && (index === 0 || size === undefined || index * CHUNK < size);
    chunks?.want(indices.filter(isThere));
  }

  return {
    wanted: undefined,
    place: undefined,
    size: undefined,
    top: 0,
    visible: 0,
    caret: 0,
    anchor: 0,
    failure: undefined,
    finding: { state: "idle" },
    arrived: 0,
    show: (place, at = 0) => {
      const { place: before, top: wasTop } = get();
      const stays = before?.path === place.path && before.side === place.side;
      get().leave();
      chunks = createByteChunks(place, {
        arrived: ({ size }) => {
          const first = get().size === undefined;
          set(({ arrived }) => ({ size, arrived: arrived + 1, failure: undefined }));
          if (!first) return;
          const within = (at: number): number => Math.max(0, Math.min(at, size - 1));
          set(({ caret, anchor }) => ({ caret: within(caret), anchor: within(anchor) }));
          get().scrollTo(get().top);
        },
        failed: (error) => set({ failure: toFailure(error) }),
      });
      const top = stays && at > 0 ? wasTop : Math.max(0, Math.floor(at / ROW) - 2);
      set({ place, size: undefined, top, caret: at, anchor: at, failure: undefined });
      want();
    },
    leave: () => {
      chunks?.close();
      chunks = undefined;
      if (get().finding.state === "finding") void call("bytes.stopFinding").catch(() => undefined);
      latest += 1;
      set({ place: undefined, size: undefined, finding: { state: "idle" } });
    },
    setVisible: (visible) => {
      set({ visible });
      get().scrollTo(get().top);
    },
    scrollTo: (row) => {
      const { size, visible } = get();
      const most = size === undefined ? row : Math.max(0, rowsOf(size) - visible);
      set({ top: Math.max(0, Math.min(Math.round(row), most)) });
      want();
    },
    moveTo: (at, extend = false) => {
      const { size, anchor, top, visible } = get();
      if (size === undefined) return;
      const caret = Math.max(0, Math.min(at, size - 1));
      set({ caret, anchor: extend ? anchor : caret });
      const row = Math.floor(caret / ROW);
      const shown = Math.max(1, visible);
      if (row < top) get().scrollTo(row);
      else if (row >= top + shown) get().scrollTo(row - shown + 1);
      else want();
    },
    find: async (needle, from) => {
      const { place } = get();
      if (place === undefined) return;
      const turn = (latest += 1);
      set({ finding: { state: "finding", done: 0, total: 0 } });
      let finding: Finding;
      try {
        const { at } = await call("bytes.find", { ...place, from, needle });
        finding =
          at === undefined
            ? { state: "missing", from }
            : { state: "found", at, length: needle.length };
      } catch (error) {
        const failure = toFailure(error);
        finding = failure.code === "cancelled" ? { state: "idle" } : { state: "failed", failure };
      }
      if (turn !== latest) return;
      set({ finding });
      if (finding.state === "found") goTo(finding.at, finding.length);
    },
    stopFinding: () => call("bytes.stopFinding"),
    progressed: ({ path, done, total }) => {
      const { finding, place } = get();
      if (finding.state === "finding" && path === place?.path)
        set({ finding: { state: "finding", done, total } });
    },
  };
});

/** Brings up the Bytes screen at these bytes, which are selected there. */
export function leadToBytes(place: BytesPlace, at: number, length = 1): void {
  useBytes.setState({ wanted: { place, at, length } });
  useView.getState().setTab("bytes");
}

/** Shows what another screen leads to in this image; false where none does. */
export function showWanted(path: string): boolean {
  const { wanted, show } = useBytes.getState();
  if (wanted?.place.path !== path) return false;
  const { place, at, length } = wanted;
  show(place, at);
  useBytes.setState({ anchor: at + Math.max(1, length) - 1 });
  return true;
}

let chunks: ByteChunks | undefined;

/** Runs when it is known how many bytes there are: at once, or when the first were read. */
export function whenSized(run: (size: number) => void): void {
  const { size, place } = useBytes.getState();
  if (size !== undefined) {
    run(size);
    return;
  }
  const stop = useBytes.subscribe((state) => {
    if (state.size === undefined && state.place === place) return;
    stop();
    if (state.size !== undefined && state.place === place) run(state.size);
  });
}

/** Shows what is at an offset, with some rows above it, and selects `length` bytes there. */
export function goTo(at: number, length = 1): void {
  const { visible, top, size, moveTo, scrollTo } = useBytes.getState();
  const row = Math.floor(at / ROW);
  if (size === undefined) useBytes.setState({ caret: at });
  if (row < top || row >= top + visible) scrollTo(row - Math.floor(visible / 3));
  moveTo(at);
  useBytes.setState({ anchor: at + length - 1 });
}

/** The chunk that an offset lies in, when it was read. */
export const chunkOf = (at: number) => chunks?.get(Math.floor(at / CHUNK));

/** How many rows there are. */
export const rowsOf = (size: number): number => Math.ceil(size / ROW);

/** The bytes at an offset, or undefined until they were read. Not across two chunks. */
export function bytesAt(at: number, length: number): Uint8Array | undefined {
  const skip = at % CHUNK;
  return chunkOf(at)?.bytes.subarray(skip, skip + length);
}

/** What is selected: at least the byte at the caret. */
export function selectionOf({ caret, anchor }: Pick<BytesState, "caret" | "anchor">): {
  readonly at: number;
  readonly length: number;
} {
  return { at: Math.min(caret, anchor), length: Math.abs(caret - anchor) + 1 };
}

/** The selected bytes, read anew; for at most `MOST_COPIED`. @throws CallError */
export async function readSelection(): Promise<Uint8Array> {
  const state = useBytes.getState();
  const { at, length } = selectionOf(state);
  if (state.place === undefined) return new Uint8Array();
  const most = Math.min(length, MOST_COPIED);
  return (await call("bytes.read", { ...state.place, at, length: most })).bytes;
}

/** The other side of the same image. */
export function placeOf(path: string, side: BytesSide, snapshot?: number): BytesPlace {
  return { path, side, ...(side === "guest" && snapshot !== undefined && { snapshot }) };
}
