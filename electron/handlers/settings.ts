import type { Handlers } from "./table";
import type { SettingsStore } from "../settings";

type SettingsCall =
  "settings.get" | "settings.change" | "settings.keepPage" | "recent.add" | "recent.remove";

export function settingsHandlers(settings: SettingsStore): Pick<Handlers, SettingsCall> {
  return {
    "settings.get": () => settings.get(),
    "settings.change": (part) => settings.change(part),
    "settings.keepPage": async ({ page }) => {
      await settings.change({ page });
    },
    "recent.add": ({ paths }) => settings.addRecent(paths),
    "recent.remove": ({ path }) => settings.removeRecent(path),
  };
}
