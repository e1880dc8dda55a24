import type { Handlers } from "./table";
import type { SettingsStore } from "../settings";

type SettingsCall = "settings.get" | "settings.change" | "recent.add" | "recent.remove";

export function settingsHandlers(settings: SettingsStore): Pick<Handlers, SettingsCall> {
  return {
    "settings.get": () => settings.get(),
    "settings.change": (part) => settings.change(part),
    "recent.add": ({ paths }) => settings.addRecent(paths),
    "recent.remove": ({ path }) => settings.removeRecent(path),
  };
}
