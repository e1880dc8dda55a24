import { setTimeout } from "node:timers/promises";
import { BrowserWindow, nativeTheme, screen } from "electron";
import type { Settings, WindowPlace } from "../shared/model/settings";

/** The page's own background in light and dark, so that nothing flashes before it is drawn. */
const backgrounds = { light: "#ffffff", dark: "#1a1b1e" };

/** What a window is made of. */
export interface WindowParts {
  /** Where the page is served. */
  readonly origin: string;
  /** Path of the preload script. */
  readonly preload: string;
  readonly theme: Settings["theme"];
  /** Where it was last time. */
  readonly place: WindowPlace | undefined;
  /** Takes note of where it is when it closes. */
  keepPlace(place: WindowPlace): void;
}

/** Opens the window; it shows itself when the page has been drawn for the first time. */
export function openWindow(parts: WindowParts): BrowserWindow {
  applyTheme(parts.theme);
  const place = parts.place !== undefined && isOnScreen(parts.place) ? parts.place : undefined;
  const window = new BrowserWindow({
    ...(place === undefined
      ? { width: 1280, height: 800 }
      : { x: place.x, y: place.y, width: place.width, height: place.height }),
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: "Lamina",
    backgroundColor: nativeTheme.shouldUseDarkColors ? backgrounds.dark : backgrounds.light,
    webPreferences: {
      preload: parts.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      // It would fetch dictionaries.
      spellcheck: false,
      v8CacheOptions: "bypassHeatCheck",
    },
  });
  window.once("ready-to-show", () => {
    if (place?.maximized === true) window.maximize();
    window.show();
  });
  window.on("close", () => {
    parts.keepPlace({ ...window.getNormalBounds(), maximized: window.isMaximized() });
  });
  void window.loadURL(`${parts.origin}/index.html`);
  return window;
}

/** Lets the page and what the desktop draws follow the chosen theme. */
export function applyTheme(theme: Settings["theme"]): void {
  nativeTheme.themeSource = theme === "auto" ? "system" : theme;
}

/** Brings the window to the front. */
export function showWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** The window's picture as PNG, once two more frames have been drawn. */
export async function captureWindow(window: BrowserWindow): Promise<Uint8Array> {
  await window.webContents.executeJavaScript(
    "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn())))",
  );
  const picture = await window.webContents.capturePage();
  if (picture.isEmpty()) throw new Error("the window gave an empty picture");
  return picture.toPNG();
}

/** How long the window waits for what runs to be cancelled and cleaned up. */
const STOP_PATIENCE_MS = 10_000;

/** Asks before the window closes while something runs, and ends that before it does. */
export function guardClosing(
  window: BrowserWindow,
  running: { busy(): boolean; ask(): Promise<boolean>; stop(): Promise<unknown> },
): void {
  let asking = false;
  window.on("close", (event) => {
    if (!running.busy()) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    void running
      .ask()
      .then(async (yes) => {
        if (!yes) return;
        await Promise.race([running.stop(), setTimeout(STOP_PATIENCE_MS)]);
        window.destroy();
      })
      .finally(() => {
        asking = false;
      });
  });
}

/** A display may have gone since: enough of the title bar must be where it can be grabbed. */
function isOnScreen({ x, y, width }: WindowPlace): boolean {
  return screen.getAllDisplays().some(({ workArea }) => {
    const shared = Math.min(x + width, workArea.x + workArea.width) - Math.max(x, workArea.x);
    return shared >= 100 && y >= workArea.y && y < workArea.y + workArea.height - 40;
  });
}
