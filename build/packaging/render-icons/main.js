// An Electron application without a window to see: renders SVG files to PNG. What to render comes in
// LAMINA_ICONS, as JSON: [{ svg, png, size }], paths absolute, size in pixels.

import { readFileSync, writeFileSync } from "node:fs";
import { app, BrowserWindow } from "electron";

/** @typedef {{ svg: string, png: string, size: number }} Picture */

void app.whenReady().then(async () => {
  try {
    /** @type {Picture[]} */
    const pictures = JSON.parse(process.env["LAMINA_ICONS"] ?? "[]");
    const window = new BrowserWindow({ show: false });
    await window.loadURL("data:text/html,<meta charset=utf-8>");
    for (const picture of pictures) await render(window, picture);
    app.exit(0);
  } catch (error) {
    console.error(error);
    app.exit(1);
  }
});

/**
 * The browser draws the picture to a canvas of just this size: no scaling of pixels is involved.
 *
 * @param {BrowserWindow} window
 * @param {Picture} picture
 */
async function render(window, { svg, png, size }) {
  const source = `data:image/svg+xml;base64,${readFileSync(svg).toString("base64")}`;
  /** @type {string} */
  const url = await window.webContents.executeJavaScript(`(async () => {
    const image = new Image(${size}, ${size});
    image.src = ${JSON.stringify(source)};
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = ${size};
    canvas.getContext("2d").drawImage(image, 0, 0, ${size}, ${size});
    return canvas.toDataURL("image/png");
  })()`);
  writeFileSync(png, Buffer.from(url.slice(url.indexOf(",") + 1), "base64"));
}
