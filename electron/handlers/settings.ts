import type { Handlers } from "./table";
import type { SettingsStore } from "../settings";
import { settingsDefaults } from "../../shared/model/settings";
import type { Grants } from "./grants";

type SettingsCall =
  | "settings.get"
  | "settings.change"
  | "settings.keepPage"
  | "settings.removeFolder"
  | "settings.reset"
  | "settings.file"
  | "settings.showFile"
  | "recent.add"
  | "recent.remove";

interface SettingsParts {
  readonly grants: Pick<Grants, "clear">;
  /** Shows an existing file in the desktop's file manager. */
  showInFolder(path: string): void;
}

export function settingsHandlers(
  settings: SettingsStore,
  parts: SettingsParts,
): Pick<Handlers, SettingsCall> {
  return {
    "settings.get": () => settings.get(),
    "settings.change": (part) => settings.change(part),
    "settings.keepPage": async ({ page }) => {
      await settings.change({ page });
    },
    "settings.removeFolder": ({ kind, path }) => {
      const list = kind === "trusted" ? "trustedFolders" : "watchedFolders";
      return settings.change({ [list]: settings.get()[list].filter((folder) => folder !== path) });
    },
    "settings.reset": () => {
      parts.grants.clear();
      // The window stays where it is: that is no choice made here.
      const { version: _version, ...defaults } = settingsDefaults;
      return settings.change({ ...defaults, page: undefined, purpose: undefined });
    },
    "settings.file": () => ({ path: settings.file }),
    "settings.showFile": async () => {
      // Before the first change there is none.
      await settings.change({});
      parts.showInFolder(settings.file);
    },
    "recent.add": ({ paths }) => settings.addRecent(paths),
    "recent.remove": ({ path }) => settings.removeRecent(path),
  };
}
