import { isFolder, type Library } from "../library";
import type { Dialogs } from "./dialogs";
import type { Handlers } from "./table";

type LibraryCall = `library.${"list" | "watch" | "unwatch" | "look" | "relocate" | "kinds"}`;

export function libraryHandlers(
  library: Library,
  dialogs: Pick<Dialogs, "chooseFolder">,
): Pick<Handlers, LibraryCall> {
  return {
    "library.list": () => library.list(),
    "library.watch": async ({ path: given }) => {
      const path = given ?? (await dialogs.chooseFolder("watch"));
      if (path === undefined) return {};
      await library.watch(path);
      return { path };
    },
    "library.unwatch": ({ path }) => library.unwatch(path),
    "library.look": ({ path }) => library.look(path),
    "library.relocate": async ({ path: from }) => {
      const path = await dialogs.chooseFolder("watch");
      if (path === undefined) return {};
      await library.relocate(from, path);
      return { path };
    },
    "library.kinds": async ({ paths }) => {
      const folders = await Promise.all(paths.map(isFolder));
      return {
        folders: paths.filter((_path, nth) => folders[nth]),
        files: paths.filter((_path, nth) => !folders[nth]),
      };
    },
  };
}
