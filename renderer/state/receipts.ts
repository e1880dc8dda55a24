import { create } from "zustand";
import type { Receipt } from "../../shared/model/receipt";
import { call, CallError } from "../api/client";

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
}

/** What was kept of finished conversions. */
export const useReceipts = create<ReceiptsState>()((set, get) => ({
  shown: undefined,
  show: async (id, gone) => {
    const receipts = await call("receipts.list");
    const shown = receipts.find((receipt) => receipt.id === id);
    if (shown === undefined) throw new CallError({ code: "missing-file", message: gone });
    set({ shown });
  },
  remove: async () => {
    const { shown } = get();
    if (shown !== undefined) await call("receipts.remove", { id: shown.id });
    set({ shown: undefined });
  },
  close: () => set({ shown: undefined }),
}));
