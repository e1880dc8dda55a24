// The MIME type of each format, and what its files are told by. The registry of the engine says which
// formats and extensions there are; only what a desktop wants to know besides stands here.

import { resolve } from "node:path";
import { runnerImport } from "vite";

const root = resolve(import.meta.dirname, "../..");

/** @typedef {import("../../shared/model/format").FormatModel} FormatModel */

/**
 * @typedef {object} MimeType
 * @property {string} type as shared-mime-info names it, where it does
 * @property {string[]} [newerNames] what later versions of shared-mime-info call it
 * @property {[offset: number, value: string][]} [magic] values as shared-mime-info writes strings; a
 *   file that has one of them is of the type
 */

/** @type {Readonly<Record<string, MimeType>>} by the format's id */
const types = {
  qcow2: { type: "application/x-qemu-disk", magic: [[0, String.raw`QFI\xfb`]] },
  qcow: { type: "application/x-qemu-disk", magic: [[0, String.raw`QFI\xfb`]] },
  vmdk: {
    type: "application/x-vmdk-disk",
    magic: [
      [0, "KDMV"],
      // ESX's two: vmfsSparse and seSparse, whose magic is a little-endian number of eight bytes.
      [0, String.raw`COWD\x01\x00\x00\x00`],
      [0, String.raw`\xbe\xba\xfe\xca\x00\x00\x00\x00`],
      [0, "# Disk DescriptorFile"],
    ],
  },
  vdi: { type: "application/x-vdi-disk", magic: [[64, String.raw`\x7f\x10\xda\xbe`]] },
  vhdx: { type: "application/x-vhdx-disk", magic: [[0, "vhdxfile"]] },
  // Told by its last sector: a fixed one has nothing at the beginning.
  vpc: { type: "application/x-vhd-disk", magic: [[0, "conectix"]] },
  parallels: {
    type: "application/x-parallels-disk",
    magic: [
      [0, "WithoutFreeSpace"],
      [0, "WithouFreSpacExt"],
    ],
  },
  dmg: { type: "application/x-apple-diskimage" },
  // No magic: an ISO's mark lies at 32769, and GLib looks at the first 4 KiB only.
  iso: { type: "application/x-cd-image", newerNames: ["application/vnd.efi.iso"] },
  raw: { type: "application/x-raw-disk-image", newerNames: ["application/vnd.efi.img"] },
};

/**
 * What an image may be packed in, by shared-mime-info's names: OVA, tar, and what is compressed, a tar
 * archive or not. Neither magic nor globs are added: whatever opens them today still does, and Lamina is
 * among the others that can.
 */
const packedTypes = [
  "application/ovf",
  "application/x-tar",
  "application/gzip",
  "application/x-compressed-tar",
  "application/x-xz",
  "application/x-xz-compressed-tar",
  "application/x-raw-disk-image-xz-compressed",
  "application/zstd",
  "application/x-zstd-compressed-tar",
];

/** @returns {Promise<FormatModel[]>} every format that the engine reads */
export async function readableFormats() {
  /** @type {{ module: typeof import("../../electron/engine/formats/registry.ts") }} */
  const { module } = await runnerImport(resolve(root, "electron/engine/formats/registry.ts"), {
    configFile: false,
    root,
    logLevel: "error",
  });
  return module.formatModels();
}

/** @returns {Promise<readonly string[]>} extensions of what a disk image may be packed in */
export async function packedExtensions() {
  /** @type {{ module: typeof import("../../electron/engine/wrappings/extensions.ts") }} */
  const { module } = await runnerImport(resolve(root, "electron/engine/wrappings/extensions.ts"), {
    configFile: false,
    root,
    logLevel: "error",
  });
  return module.wrappingExtensions;
}

/**
 * @param {{ id: string }} format
 * @returns {MimeType}
 */
function mimeTypeOf({ id }) {
  const found = types[id];
  if (found === undefined) throw new Error(`build/packaging/mime-types.mjs lacks format ${id}`);
  return found;
}

/**
 * @param {readonly FormatModel[]} formats
 * @returns {string[]} every name under which a desktop may know one of them, each once
 */
export function mimeTypeNames(formats) {
  const names = formats
    .map(mimeTypeOf)
    .flatMap(({ type, newerNames = [] }) => [type, ...newerNames]);
  return [...new Set(names)];
}

/**
 * @param {readonly FormatModel[]} formats
 * @returns {string[]} every type that Lamina opens, the packed ones too
 */
export function openedTypes(formats) {
  return [...mimeTypeNames(formats), ...packedTypes];
}

/**
 * @param {readonly { label: string }[]} formats
 * @returns {string} what a file of one of them is, for people
 */
export function description(formats) {
  const labels = formats.map(({ label }) => label).join(" or ");
  return labels.endsWith(" disk") ? `${labels} image` : `${labels} disk image`;
}

/**
 * @param {readonly FormatModel[]} formats
 * @param {string} icon name of the document icon
 * @returns {string} a file for /usr/share/mime/packages
 */
export function mimeInfo(formats, icon) {
  const entries = [...new Set(formats.map((format) => mimeTypeOf(format).type))].map((type) => {
    const members = formats.filter((format) => mimeTypeOf(format).type === type);
    const magic = new Set(members.flatMap((each) => mimeTypeOf(each).magic ?? []).map(matchLine));
    return `  <mime-type type="${type}">
    <comment>${description(members)}</comment>
    <icon name="${icon}"/>
${magic.size > 0 ? `    <magic priority="60">\n${[...magic].join("\n")}\n    </magic>\n` : ""}${members
      .flatMap(({ extensions }) => extensions)
      .map((extension) => `    <glob pattern="*.${extension}"/>`)
      .join("\n")}
  </mime-type>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
${entries.join("\n")}
</mime-info>
`;
}

/** @param {[offset: number, value: string]} magic */
function matchLine([offset, value]) {
  return `      <match type="string" offset="${offset}" value="${value}"/>`;
}
