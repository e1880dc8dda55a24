// What a Linux package installs besides the program's own folder.

import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { mimeInfo, mimeTypeNames } from "./mime-types.mjs";

const root = resolve(import.meta.dirname, "../..");
const documentIcon = "lamina-disk-image";
const documentSizes = [16, 24, 32, 48, 64, 128, 256, 512];

/** @typedef {import("./mime-types.mjs").FormatModel} FormatModel */

/**
 * Makes FOLDER/usr: the command, MIME types, AppStream metadata, document icons, the licence.
 *
 * @param {string} folder is emptied first
 * @param {string} icons what `makeIcons` has made
 * @param {readonly FormatModel[]} formats
 * @param {string} version
 */
export function makeLinuxFiles(folder, icons, formats, version) {
  rmSync(folder, { recursive: true, force: true });
  const write = (/** @type {string} */ path, /** @type {string} */ text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const hicolor = join(folder, "usr/share/icons/hicolor");
  for (const size of documentSizes) {
    const name = `${size}x${size}`;
    const target = join(hicolor, name, "mimetypes", `${documentIcon}.png`);
    cpSync(join(icons, "disk-image", `${name}.png`), target);
  }
  for (const [drawing, target] of [
    ["lamina", "apps/lamina"],
    ["disk-image", `mimetypes/${documentIcon}`],
  ]) {
    cpSync(join(root, `build/icons/${drawing}.svg`), join(hicolor, `scalable/${target}.svg`));
  }
  write("usr/share/mime/packages/lamina.xml", mimeInfo(formats, documentIcon));
  write("usr/share/metainfo/app.lamina.Lamina.metainfo.xml", metainfo(formats, version));
  write("usr/share/doc/lamina/copyright", readFileSync(join(root, "LICENSE"), "utf8"));
  mkdirSync(join(folder, "usr/bin"));
  symlinkSync("../../opt/Lamina/bin/lamina", join(folder, "usr/bin/lamina"));
}

/**
 * @param {readonly FormatModel[]} formats
 * @param {string} version
 * @returns {string} the AppStream file; the day of the release is that of the packaging
 */
function metainfo(formats, version) {
  const template = readFileSync(join(import.meta.dirname, "linux/lamina.metainfo.xml"), "utf8");
  const types = mimeTypeNames(formats).map((name) => `<mediatype>${name}</mediatype>`);
  const day = new Date().toISOString().slice(0, 10);
  return template
    .replace("@VERSION@", version)
    .replace("@DATE@", day)
    .replace("@MEDIATYPES@", types.join("\n    "));
}
