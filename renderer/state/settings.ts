import { create } from "zustand";
import type { CallInput } from "../../shared/ipc/contract";
import type { Settings } from "../../shared/model/settings";
import { settingsDefaults } from "../../shared/model/settings-defaults";
import { call } from "../api/client";

interface SettingsState {
  readonly settings: Settings;
  /** Reads what was kept; call it once, before the first picture. */
  load: () => Promise<void>;
  /** Takes in what the main process tells: the menu changes settings too. */
  changed: (settings: Settings) => void;
  /** Changes what the user chose on a screen. */
  change: (part: CallInput<"settings.change">) => Promise<void>;
  /** Puts paths at the head of the recent list, the first of them first. */
  addRecent: (paths: readonly string[]) => Promise<void>;
  removeRecent: (path: string) => Promise<void>;
}

/** What Lamina keeps between starts. The main process owns it; this is its latest answer. */
export const useSettings = create<SettingsState>()((set) => ({
  settings: settingsDefaults,
  load: async () => {
    set({ settings: await call("settings.get") });
  },
  changed: (settings) => set({ settings }),
  change: async (part) => {
    set({ settings: await call("settings.change", part) });
  },
  addRecent: async (paths) => {
    set({ settings: await call("recent.add", { paths: [...paths] }) });
  },
  removeRecent: async (path) => {
    set({ settings: await call("recent.remove", { path }) });
  },
}));
