import { basename, dirname } from "node:path";
import { app, Menu, type MenuItemConstructorOptions } from "electron";
import type { MainTexts } from "./main-texts";
import type { Settings } from "../shared/model/settings";

/** What the menu can set off. */
export interface MenuActions {
  newDisk(): void;
  chooseImages(): void;
  open(path: string): void;
  setTheme(theme: Settings["theme"]): void;
  about(): void;
  settings(): void;
}

/** The page lists them all; a menu gets long. */
const RECENT_SHOWN = 10;

/** Makes the application menu for these settings; to be made again when they change. */
export function setMenu(settings: Settings, texts: MainTexts, actions: MenuActions): void {
  const { menu } = texts;
  const isMac = process.platform === "darwin";
  const about: MenuItemConstructorOptions = {
    label: menu.about,
    click: () => actions.about(),
  };
  const preferences: MenuItemConstructorOptions = {
    label: menu.settings,
    accelerator: "CmdOrCtrl+,",
    click: () => actions.settings(),
  };
  const template: MenuItemConstructorOptions[] = [
    {
      label: menu.file,
      submenu: [
        { label: menu.newDisk, accelerator: "CmdOrCtrl+N", click: () => actions.newDisk() },
        { label: menu.open, accelerator: "CmdOrCtrl+O", click: () => actions.chooseImages() },
        {
          label: menu.openRecent,
          enabled: settings.recent.length > 0,
          submenu: settings.recent.slice(0, RECENT_SHOWN).map((path) => ({
            // A single & would mark a key.
            label: `${basename(path)} (${dirname(path)})`.replaceAll("&", "&&"),
            click: () => actions.open(path),
          })),
        },
        ...(isMac
          ? []
          : ([{ type: "separator" }, preferences, { type: "separator" }, quitItem(menu)] as const)),
      ],
    },
    editMenu(menu),
    {
      label: menu.view,
      submenu: [
        {
          label: menu.theme,
          submenu: (["auto", "light", "dark"] as const).map((theme) => ({
            label: texts.theme[theme],
            type: "radio",
            checked: settings.theme === theme,
            click: () => actions.setTheme(theme),
          })),
        },
        { type: "separator" },
        { role: "resetZoom", label: menu.resetZoom },
        { role: "zoomIn", label: menu.zoomIn },
        { role: "zoomOut", label: menu.zoomOut },
        { type: "separator" },
        { role: "togglefullscreen", label: menu.fullScreen },
        // For those who work on Lamina; the packed app has no use for it.
        ...(app.isPackaged ? [] : ([{ role: "toggleDevTools" }] as const)),
      ],
    },
    { role: "help", label: menu.help, submenu: isMac ? [] : [about] },
  ];
  if (isMac) {
    template.unshift({
      label: app.name,
      submenu: [
        about,
        preferences,
        { type: "separator" },
        { role: "hide", label: menu.hide },
        quitItem(menu),
      ],
    });
  }
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/** Electron's own names of these are English only. */
function editMenu(menu: MainTexts["menu"]): MenuItemConstructorOptions {
  return {
    label: menu.edit,
    submenu: [
      { role: "undo", label: menu.undo },
      { role: "redo", label: menu.redo },
      { type: "separator" },
      { role: "cut", label: menu.cut },
      { role: "copy", label: menu.copy },
      { role: "paste", label: menu.paste },
      { type: "separator" },
      { role: "selectAll", label: menu.selectAll },
    ],
  };
}

function quitItem(menu: MainTexts["menu"]): MenuItemConstructorOptions {
  return { label: menu.quit, accelerator: "CmdOrCtrl+Q", role: "quit" };
}
