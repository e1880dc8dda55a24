import { create } from "zustand";
import type { CallOutput } from "../../shared/ipc/contract";
import { call } from "../api/client";

interface AboutState {
  /** What Lamina is and what it is made of; undefined while it is not shown. */
  readonly about: CallOutput<"app.about"> | undefined;
  show: () => Promise<void>;
  close: () => void;
}

/** The About box. */
export const useAbout = create<AboutState>()((set) => ({
  about: undefined,
  show: async () => {
    set({ about: await call("app.about") });
  },
  close: () => set({ about: undefined }),
}));
