import { create } from "zustand";
import type { Original } from "../../shared/model/original";
import type { Receipt } from "../../shared/model/receipt";
import type { Failure } from "../../shared/model/report";
import { call, CallError, toFailure } from "../api/client";
import { useImages } from "./images";

/** What the window knows of the original of a conversion. */
export type OriginalView =
  | { readonly state: "looking" }
  | { readonly state: "ready"; readonly original: Original }
  | { readonly state: "moving" }
  | { readonly state: "trashed"; readonly path: string }
  | { readonly state: "failed"; readonly failure: Failure };

interface ReceiptsState {
  /** The receipt on the screen. */
  readonly shown: Receipt | undefined;
  /**
   * Shows what was kept of a conversion.
   * @throws CallError with the text `gone` when it is not there any more.
   */
  show: (id: string, gone: string) => Promise<void>;
  /** Removes what is shown for good. */
  remove: () => Promise<void>;
  close: () => void;
  /** What to know of the original before it goes to the trash; asked for by the user only. */
  readonly original: OriginalView | undefined;
  /** Looks at the original of the receipt on the screen. */
  askOriginal: () => Promise<void>;
  /**
   * Moves it to the trash, and takes it off the list of images.
   * @throws CallError when that fails and nobody sees the question any more.
   */
  trashOriginal: () => Promise<void>;
  /** Back to the receipt. */
  leaveOriginal: () => void;
}

/** What was kept of finished conversions. */
export const useReceipts = create<ReceiptsState>()((set, get) => ({
  shown: undefined,
  original: undefined,
  show: async (id, gone) => {
    const receipts = await call("receipts.list");
    const shown = receipts.find((receipt) => receipt.id === id);
    if (shown === undefined) throw new CallError({ code: "missing-file", message: gone });
    set({ shown, original: undefined });
  },
  remove: async () => {
    const { shown } = get();
    if (shown !== undefined) await call("receipts.remove", { id: shown.id });
    set({ shown: undefined });
  },
  close: () => set({ shown: undefined, original: undefined }),
  askOriginal: async () => {
    const { shown } = get();
    if (shown === undefined) return;
    const looking: OriginalView = { state: "looking" };
    set({ original: looking });
    let original: OriginalView;
    try {
      original = {
        state: "ready",
        original: await call("receipts.original", { id: shown.id }),
      };
    } catch (error) {
      original = { state: "failed", failure: toFailure(error) };
    }
    // Who went back meanwhile has not asked any more.
    if (get().original === looking) set({ original });
  },
  trashOriginal: async () => {
    const { shown, original: asked } = get();
    if (shown === undefined || asked?.state !== "ready") return;
    const { path } = asked.original;
    const moving: OriginalView = { state: "moving" };
    set({ original: moving });
    try {
      await call("receipts.trashOriginal", { id: shown.id });
    } catch (error) {
      if (get().original !== moving) throw error;
      set({ original: { state: "failed", failure: toFailure(error) } });
      return;
    }
    if (get().original === moving) set({ original: { state: "trashed", path } });
    const { shown: onPage, remove, open } = useImages.getState();
    await remove(path);
    // Where the original was looked at, its successor is.
    if (onPage === path) await open([shown.target.path]);
  },
  leaveOriginal: () => set({ original: undefined }),
}));
