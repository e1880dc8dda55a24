// What Windows is told of the formats: lists for the installer's script, windows/installer.nsh.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { description } from "./mime-types.mjs";

/** @typedef {import("./mime-types.mjs").FormatModel} FormatModel */

/**
 * Formats whose files Lamina opens by double click where nothing else does: qemu's own, for which no
 * program of Windows asks. A VMDK, a VDI and a Parallels disk belong to programs that may come later.
 * .iso, .img, .vhd and .vhdx are mounted by Windows, and .raw and .dd say too little.
 */
const mayBeTaken = ["qcow2", "qcow"];

/**
 * @param {{ id: string }} format
 * @returns {string} the key of its files' type in the registry
 */
function progId({ id }) {
  return `Lamina.${id}`;
}

/**
 * Writes FOLDER/lamina-formats.nsh.
 *
 * @param {string} folder on the installer script's path of includes
 * @param {readonly FormatModel[]} formats
 * @param {readonly string[]} packed extensions of what a disk image may be packed in
 */
export function makeWindowsFiles(folder, formats, packed) {
  mkdirSync(folder, { recursive: true });
  const text = installerLists(formats, packed);
  // NSIS takes a file without this mark for one in the machine's own code page.
  writeFileSync(join(folder, "lamina-formats.nsh"), `\u{feff}${text}`);
}

/**
 * @param {readonly FormatModel[]} formats
 * @param {readonly string[]} packed
 * @returns {string} macros that insert the macro they are given once for each
 */
export function installerLists(formats, packed) {
  const extensions = (/** @type {readonly FormatModel[]} */ some) =>
    some.flatMap((format) => format.extensions.map((each) => [each, progId(format)]));
  return [
    each(
      "laminaEachFormat",
      formats.map((format) => [progId(format), description([format])]),
    ),
    each("laminaEachExtension", extensions(formats)),
    each(
      "laminaEachFreeExtension",
      extensions(formats.filter(({ id }) => mayBeTaken.includes(id))),
    ),
    each(
      "laminaEachPacked",
      packed.map((extension) => [extension]),
    ),
  ].join("");
}

/**
 * @param {string} name
 * @param {string[][]} rows arguments
 */
function each(name, rows) {
  const lines = rows.map((row) => {
    const words = row.map((word) => `"${word}"`).join(" ");
    return `  !insertmacro \${DO} ${words}\n`;
  });
  return `!macro ${name} DO\n${lines.join("")}!macroend\n`;
}
