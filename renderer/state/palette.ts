import { create } from "zustand";

interface PaletteState {
  readonly opened: boolean;
  open: () => void;
  close: () => void;
}

/** Whether the palette of images and commands is shown. */
export const usePalette = create<PaletteState>()((set) => ({
  opened: false,
  open: () => set({ opened: true }),
  close: () => set({ opened: false }),
}));
