import { basename, dirname } from "node:path";
import { app, Menu, type MenuItemConstructorOptions } from "electron";
import type { Settings } from "../shared/model/settings";

/** What the menu can set off. */
export interface MenuActions {
  newDisk(): void;
  chooseImages(): void;
  open(path: string): void;
  setTheme(theme: Settings["theme"]): void;
  about(): void;
}

const themes = { auto: "As the desktop", light: "Light", dark: "Dark" } as const;
/** The page lists them all; a menu gets long. */
const RECENT_SHOWN = 10;

/** Makes the application menu for these settings; to be made again when they change. */
export function setMenu(settings: Settings, actions: MenuActions): void {
  const isMac = process.platform === "darwin";
  const about: MenuItemConstructorOptions = {
    label: "About Lamina",
    click: () => actions.about(),
  };
  const template: MenuItemConstructorOptions[] = [
    {
      label: "&File",
      submenu: [
        { label: "&New disk…", accelerator: "CmdOrCtrl+N", click: () => actions.newDisk() },
        { label: "&Open…", accelerator: "CmdOrCtrl+O", click: () => actions.chooseImages() },
        {
          label: "Open &recent",
          enabled: settings.recent.length > 0,
          submenu: settings.recent.slice(0, RECENT_SHOWN).map((path) => ({
            // A single & would mark a key.
            label: `${basename(path)} (${dirname(path)})`.replaceAll("&", "&&"),
            click: () => actions.open(path),
          })),
        },
        ...(isMac ? [] : ([{ type: "separator" }, quitItem()] as const)),
      ],
    },
    { role: "editMenu", label: "&Edit" },
    {
      label: "&View",
      submenu: [
        {
          label: "&Theme",
          submenu: (["auto", "light", "dark"] as const).map((theme) => ({
            label: themes[theme],
            type: "radio",
            checked: settings.theme === theme,
            click: () => actions.setTheme(theme),
          })),
        },
        { type: "separator" },
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        { type: "separator" },
        { role: "togglefullscreen" },
        // For those who work on Lamina; the packed app has no use for it.
        ...(app.isPackaged ? [] : ([{ role: "toggleDevTools" }] as const)),
      ],
    },
    { role: "help", label: "&Help", submenu: isMac ? [] : [about] },
  ];
  if (isMac) {
    template.unshift({
      label: app.name,
      submenu: [about, { type: "separator" }, { role: "hide" }, quitItem()],
    });
  }
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

function quitItem(): MenuItemConstructorOptions {
  return { label: "&Quit", accelerator: "CmdOrCtrl+Q", role: "quit" };
}
