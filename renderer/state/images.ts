import { create } from "zustand";
import type { Failure, ImageReport } from "../../shared/model/report";
import { call, toFailure } from "../api/client";
import { useSettings } from "./settings";
import { useView } from "./view";

/** What the window knows of one image. */
export type ImageView =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly report: ImageReport }
  | { readonly state: "failed"; readonly failure: Failure };

interface ImagesState {
  /** By path. */
  readonly views: Readonly<Record<string, ImageView>>;
  /** The disks of an archive that holds several, by its path. */
  readonly members: Readonly<Record<string, readonly string[]>>;
  /** Path of the image on the page; absent while the welcome is shown. */
  readonly shown: string | undefined;
  /** Adds the paths to the recent list, shows the first, and looks into all of them. */
  open: (paths: readonly string[]) => Promise<void>;
  /** Opens what the user chooses in the system's dialog. */
  browse: () => Promise<void>;
  /** Shows an image of the list; looks into it (again, for the file may have changed). */
  show: (path: string) => Promise<void>;
  /** Shows the image again that another page has hidden; looks into it, for much may have changed. */
  showAgain: () => Promise<void>;
  /** Looks into an image. A report that is there stays until the new one comes. */
  inspect: (path: string) => Promise<void>;
  /** Lets `from` open the file it names as `name`, then looks again into `path`. */
  allow: (path: string, from: string, name: string) => Promise<void>;
  /**
   * Looks into an image with what opens it. It is kept, by the main process alone, until the image
   * is taken off the list.
   */
  openWith: (
    path: string,
    given: { passphrase?: string; member?: string; format?: "raw" },
  ) => Promise<void>;
  /** Lets the user choose where a file has gone, and opens it there in the place of the old one. */
  relocate: (path: string) => Promise<void>;
  /** Takes an image off the list; the file stays. */
  remove: (path: string) => Promise<void>;
}

/** The images of this session and the one on the page. */
export const useImages = create<ImagesState>()((set, get) => {
  /** The number of the latest inspection by path: an older answer is not shown. */
  const latest = new Map<string, number>();

  const put = (path: string, view: ImageView) => {
    set((state) => ({ views: { ...state.views, [path]: view } }));
  };

  return {
    views: {},
    members: {},
    shown: undefined,
    open: async (paths) => {
      const first = paths[0];
      if (first === undefined) return;
      const shown = get().show(first);
      await useSettings.getState().addRecent(paths);
      await shown;
      for (const path of paths.slice(1)) await get().inspect(path);
    },
    browse: async () => {
      const { paths } = await call("dialogs.openImages");
      await get().open(paths);
    },
    show: async (path) => {
      set({ shown: path });
      useView.getState().showPage("image");
      await get().inspect(path);
    },
    showAgain: async () => {
      const { shown, show } = get();
      if (shown === undefined) useView.getState().showPage("image");
      else await show(shown);
    },
    inspect: async (path) => {
      const turn = (latest.get(path) ?? 0) + 1;
      latest.set(path, turn);
      if (get().views[path]?.state !== "ready") put(path, { state: "loading" });
      const view = await look(path);
      if (latest.get(path) !== turn) return;
      const choices = view.state === "failed" ? view.failure.choices : undefined;
      if (choices) set(({ members }) => ({ members: { ...members, [path]: choices } }));
      put(path, view);
    },
    allow: async (path, from, name) => {
      await call("image.grant", { from, name });
      await get().inspect(path);
    },
    openWith: async (path, given) => {
      const turn = (latest.get(path) ?? 0) + 1;
      latest.set(path, turn);
      const report = await call("image.openWith", { path, ...given });
      if (latest.get(path) === turn) put(path, { state: "ready", report });
    },
    relocate: async (path) => {
      const { paths } = await call("dialogs.openImages");
      if (paths.length === 0) return;
      await get().remove(path);
      await get().open(paths);
    },
    remove: async (path) => {
      latest.delete(path);
      set((state) => {
        const { [path]: _removed, ...views } = state.views;
        return { views, shown: state.shown === path ? undefined : state.shown };
      });
      await call("image.close", { path });
      await useSettings.getState().removeRecent(path);
    },
  };
});

/** The report of the image on the page, once there is one. */
export function shownReport({ views, shown }: ImagesState): ImageReport | undefined {
  const view = shown === undefined ? undefined : views[shown];
  return view?.state === "ready" ? view.report : undefined;
}

async function look(path: string): Promise<ImageView> {
  try {
    return { state: "ready", report: await call("image.inspect", { path }) };
  } catch (error) {
    return { state: "failed", failure: toFailure(error) };
  }
}
