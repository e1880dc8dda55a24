import type { Handlers } from "./table";
import type { SettingsStore } from "../settings";

type SettingsCall = "settings.get" | "settings.setTheme" | "recent.add" | "recent.remove";

export function settingsHandlers(settings: SettingsStore): Pick<Handlers, SettingsCall> {
  return {
    "settings.get": () => settings.get(),
    "settings.setTheme": ({ theme }) => settings.change({ theme }),
    "recent.add": ({ paths }) => settings.addRecent(paths),
    "recent.remove": ({ path }) => settings.removeRecent(path),
  };
}
