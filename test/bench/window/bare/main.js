// The least that Electron can be: a window of one line. What Lamina's start is held against.

import { join } from "node:path";
import { app, BrowserWindow } from "electron";

void app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1280, height: 800 });
  void window.loadFile(join(import.meta.dirname, "index.html"));
});
