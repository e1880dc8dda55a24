import type { Settings } from "./settings";

/** The settings of the first start. Apart from the schema: the page must not load zod, which asks for eval. */
export const settingsDefaults: Settings = {
  version: 1,
  theme: "auto",
  recent: [],
  language: "auto",
  units: "binary",
  watchedFolders: [],
  trustedFolders: [],
};
