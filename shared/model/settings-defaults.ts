import type { Settings } from "./settings";

/**
 * The settings of the first start. In a module without schemas: the page takes them too, and making
 * a schema tries to compile code, which the page's content security policy stops and reports.
 */
export const settingsDefaults: Settings = {
  version: 1,
  theme: "auto",
  recent: [],
  language: "auto",
  units: "binary",
  watchedFolders: [],
  trustedFolders: [],
};
