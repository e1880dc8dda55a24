import { create } from "zustand";
import type { CallOutput, EventPayload } from "../../shared/ipc/contract";
import { call, toFailure } from "../api/client";
import { useImages } from "./images";
import { useLibrary } from "./library";
import { useView } from "./view";

interface SamplesState {
  /** Where the set would go; absent until that is known. */
  readonly place: CallOutput<"samples.place"> | undefined;
  /** The folder around it that the user chose; the documents when absent. */
  readonly parent: string | undefined;
  /** How far it is, while it is being made; `total` is 0 until known. */
  readonly making: EventPayload<"samples.making"> | undefined;
  /** Finds out where the set would go. */
  look: () => Promise<void>;
  /** Asks for another folder. */
  choosePlace: () => Promise<void>;
  /** Makes the set, unless it is there, and opens it. What goes wrong becomes a notice. */
  make: () => Promise<void>;
  stop: () => Promise<void>;
  /** Takes in how far the main process is. */
  progressed: (steps: EventPayload<"samples.making">) => void;
}

/** The sample set for an empty library. */
export const useSamples = create<SamplesState>()((set, get) => {
  const chosen = () => {
    const { parent } = get();
    return parent === undefined ? {} : { parent };
  };
  return {
    place: undefined,
    parent: undefined,
    making: undefined,
    look: async () => {
      set({ place: await call("samples.place", chosen()) });
    },
    choosePlace: async () => {
      const { parent } = await call("samples.choosePlace");
      if (parent === undefined) return;
      set({ parent });
      await get().look();
    },
    make: async () => {
      if (get().making !== undefined) return;
      set({ making: { done: 0, total: 0 } });
      try {
        const { paths } = await call("samples.make", chosen());
        const { folder } = await call("samples.place", chosen());
        // Watched, they stand under their bases, and the gauge shows what they promise.
        await Promise.all([
          useLibrary.getState().watch(folder),
          useImages.getState().open(paths.slice(0, 1)),
        ]);
      } catch (error) {
        const failure = toFailure(error);
        if (failure.code !== "cancelled") useView.setState({ notice: failure });
      } finally {
        set({ making: undefined });
      }
    },
    stop: () => call("samples.stop").then(() => undefined),
    progressed: (making) => set((state) => (state.making === undefined ? state : { making })),
  };
});
