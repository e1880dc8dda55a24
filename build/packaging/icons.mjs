// The icons in every form that a package wants, from the two drawings in build/icons.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const drawings = resolve(import.meta.dirname, "../icons");
const renderer = resolve(import.meta.dirname, "render-icons");

/** Pixels, for the hicolor theme and the containers below. */
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];

/** The sizes that an .ico holds: Explorer asks for no others. */
const icoSizes = [16, 24, 32, 48, 64, 128, 256];

/** Apple's names for PNG pictures of these pixels; "@2x" ones stand beside those of their own size. */
const icnsTypes = /** @type {const} */ ([
  ["icp4", 16],
  ["icp5", 32],
  ["icp6", 64],
  ["ic07", 128],
  ["ic08", 256],
  ["ic09", 512],
  ["ic10", 1024],
  ["ic11", 32],
  ["ic12", 64],
  ["ic13", 256],
  ["ic14", 512],
]);

/**
 * Renders both drawings with Electron: FOLDER/NAME/SIZExSIZE.png (the largest in FOLDER/NAME-large),
 * FOLDER/NAME.ico and FOLDER/NAME.icns.
 *
 * @param {string} folder where they go; is emptied first
 * @param {string} electron Electron's executable; a display is needed
 * @param {boolean} sandbox whether Chromium's sandbox works here
 */
export function makeIcons(folder, electron, sandbox) {
  const names = ["lamina", "disk-image"];
  const pictures = names.flatMap((name) =>
    sizes.map((size) => ({
      svg: join(drawings, `${name}.svg`),
      png: pngOf(folder, name, size),
      size,
    })),
  );
  rmSync(folder, { recursive: true, force: true });
  for (const { png } of pictures) mkdirSync(dirname(png), { recursive: true });
  const switches = ["--log-level=3", ...(sandbox ? [] : ["--no-sandbox"])];
  const { status } = spawnSync(electron, [...switches, renderer], {
    stdio: "inherit",
    env: { ...process.env, LAMINA_ICONS: JSON.stringify(pictures) },
    timeout: 60_000,
  });
  if (status !== 0) throw new Error("Electron could not render the icons");
  for (const name of names) {
    const png = (/** @type {number} */ size) => readFileSync(pngOf(folder, name, size));
    writeFileSync(join(folder, `${name}.ico`), ico(icoSizes.map((size) => [size, png(size)])));
    writeFileSync(
      join(folder, `${name}.icns`),
      icns(icnsTypes.map(([type, size]) => [type, png(size)])),
    );
  }
}

/**
 * The hicolor theme, which takes the first folder as it is, ends at 512 pixels.
 *
 * @param {string} folder
 * @param {string} name
 * @param {number} size
 */
function pngOf(folder, name, size) {
  return join(folder, size > 512 ? `${name}-large` : name, `${size}x${size}.png`);
}

/**
 * Windows' icon file: a directory of pictures, each a whole PNG file.
 *
 * @param {[size: number, png: Buffer][]} pictures
 * @returns {Buffer}
 */
function ico(pictures) {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2); // icon, not cursor
  head.writeUInt16LE(pictures.length, 4);
  let offset = head.length;
  for (const [index, [size, png]] of pictures.entries()) {
    const at = 6 + 16 * index;
    head[at] = size % 256; // 0 stands for 256
    head[at + 1] = size % 256;
    head.writeUInt16LE(1, at + 4); // colour planes
    head.writeUInt16LE(32, at + 6); // bits a pixel
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...pictures.map(([, png]) => png)]);
}

/**
 * Apple's icon file: chunks of type, length with these eight bytes, PNG file.
 *
 * @param {[type: string, png: Buffer][]} pictures
 * @returns {Buffer}
 */
function icns(pictures) {
  const chunks = pictures.map(([type, png]) => chunk(type, png));
  return chunk("icns", Buffer.concat(chunks));
}

/**
 * @param {string} type four letters
 * @param {Buffer} content
 */
function chunk(type, content) {
  const head = Buffer.alloc(8);
  head.write(type, "latin1");
  head.writeUInt32BE(content.length + 8, 4);
  return Buffer.concat([head, content]);
}
