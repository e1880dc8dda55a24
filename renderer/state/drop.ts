import { create } from "zustand";
import { call } from "../api/client";
import { useConvert } from "./convert";
import { useImages } from "./images";
import { useLibrary } from "./library";
import { attempt } from "./view";

interface DropState {
  /** Several images that the user has to say something about; empty when there is no question. */
  readonly waiting: readonly string[];
  /** Takes what was dropped to be opened: one image opens, several wait, folders are watched. */
  open: (paths: readonly string[]) => Promise<void>;
  /** Takes what was dropped to be converted; folders are watched. */
  convert: (paths: readonly string[]) => Promise<void>;
  /**
   * Takes what Lamina was started with, or a file manager handed over: nothing is asked. Resolves
   * when the first image is on the page, looked into or not.
   */
  handedOver: (paths: readonly string[]) => Promise<void>;
  addAll: () => Promise<void>;
  convertAll: () => Promise<void>;
  /** Watches the folder in which they all lie. */
  watchFolder: (folder: string) => Promise<void>;
  close: () => void;
}

/** What to do with files and folders that come from outside the window. */
export const useDrop = create<DropState>()((set, get) => {
  /** Watches the folders among `paths`; the answer is the rest. */
  const withoutFolders = async (paths: readonly string[]): Promise<readonly string[]> => {
    if (paths.length === 0) return paths;
    const { folders, files } = await call("library.kinds", { paths: [...paths] });
    for (const folder of folders) attempt(() => useLibrary.getState().watch(folder));
    return files;
  };
  const answered = (): readonly string[] => {
    const { waiting } = get();
    set({ waiting: [] });
    return waiting;
  };
  return {
    waiting: [],
    open: async (paths) => {
      const files = await withoutFolders(paths);
      if (files.length > 1) set({ waiting: files });
      else await useImages.getState().open(files);
    },
    convert: async (paths) => {
      const files = await withoutFolders(paths);
      if (files.length > 0) await useConvert.getState().begin(files);
    },
    handedOver: async (paths) => {
      const files = await withoutFolders(paths);
      attempt(() => useImages.getState().open(files));
    },
    addAll: () => useImages.getState().open(answered()),
    convertAll: () => useConvert.getState().begin(answered()),
    watchFolder: (folder) => {
      answered();
      return useLibrary.getState().watch(folder);
    },
    close: () => set({ waiting: [] }),
  };
});
