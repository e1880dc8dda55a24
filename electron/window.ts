import { setTimeout as sleep } from "node:timers/promises";
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

/** A window that is not on the screen yet. */
export interface OpenedWindow {
  readonly window: BrowserWindow;
  /** Shows it, if it is not shown. */
  reveal(): void;
}

/** Milliseconds after which the window is shown whatever its page has to show. */
const LONGEST_HIDDEN_MS = 1500;

/**
 * Opens the window. It is shown by `reveal`, or when its page is too long about it. Before that the page draws
 * nothing: the first frame would keep its thread waiting for the process that draws, which takes as long to
 * start as all the page's work.
 */
export function openWindow(parts: WindowParts): OpenedWindow {
  applyTheme(parts.theme);
  const place = parts.place !== undefined && isOnScreen(parts.place) ? parts.place : undefined;
  const window = new BrowserWindow({
    ...(place === undefined
      ? { width: 1280, height: 800 }
      : { x: place.x, y: place.y, width: place.width, height: place.height }),
    minWidth: 900,
    minHeight: 600,
    show: false,
    paintWhenInitiallyHidden: false,
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
  let revealed = false;
  const reveal = (): void => {
    if (revealed || window.isDestroyed()) return;
    revealed = true;
    if (place?.maximized === true) window.maximize();
    window.show();
  };
  setTimeout(reveal, LONGEST_HIDDEN_MS);
  window.on("close", () => {
    parts.keepPlace({ ...window.getNormalBounds(), maximized: window.isMaximized() });
  });
  void window.loadURL(`${parts.origin}/index.html`);
  return { window, reveal };
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
        await Promise.race([running.stop(), sleep(STOP_PATIENCE_MS)]);
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
