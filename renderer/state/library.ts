import { create } from "zustand";
import type { WatchedFolder } from "../../shared/model/watched-folder";
import { call } from "../api/client";

interface LibraryState {
  /** What is known of the watched folders, by path; the settings say which they are. */
  readonly folders: Readonly<Record<string, WatchedFolder>>;
  /** Asks for all of them; the main process begins to look at that. */
  load: () => Promise<void>;
  /** Takes in what the main process tells of one folder. */
  changed: (folder: WatchedFolder) => void;
  /** Watches a folder, without a path one that the user chooses in the system's dialog. */
  watch: (path?: string) => Promise<void>;
  /** Leaves a folder alone; its files stay. */
  unwatch: (path: string) => Promise<void>;
  /** Looks again at a folder. */
  look: (path: string) => Promise<void>;
  /** Lets the user choose where a folder has gone, and watches it there. */
  relocate: (path: string) => Promise<void>;
}

/** The watched folders and the images in them. */
export const useLibrary = create<LibraryState>()((set) => {
  const put = (folders: readonly WatchedFolder[]) =>
    set((state) => ({
      folders: {
        ...state.folders,
        ...Object.fromEntries(folders.map((folder) => [folder.path, folder])),
      },
    }));
  return {
    folders: {},
    load: async () => put(await call("library.list")),
    changed: (folder) => put([folder]),
    watch: async (path) => {
      await call("library.watch", path === undefined ? {} : { path });
    },
    unwatch: async (path) => {
      await call("library.unwatch", { path });
    },
    look: async (path) => {
      await call("library.look", { path });
    },
    relocate: async (path) => {
      await call("library.relocate", { path });
    },
  };
});
