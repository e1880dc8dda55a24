// What electron-builder is told. A function, because the formats come from the engine's registry, and
// because paths are those of the machine that packs.

import { join, resolve } from "node:path";
import { description, openedTypes } from "./mime-types.mjs";

/** @typedef {import("./mime-types.mjs").FormatModel} FormatModel */

const root = resolve(import.meta.dirname, "../..");
const here = (/** @type {string} */ name) => join(import.meta.dirname, name);

/** Where the generated icons and files lie, and where the packages go. */
export const folders = {
  resources: join(root, "dist/resources"),
  linux: join(root, "dist/linux-files"),
  output: join(root, "dist/packages"),
};

/**
 * @param {object} choices
 * @param {readonly FormatModel[]} choices.formats each readable format gets a file association
 * @param {readonly string[]} choices.packed extensions of what a disk image may be packed in
 * @param {string | undefined} choices.electronDist an unpacked Electron; without it electron-builder
 *   downloads the one that package.json names
 * @param {boolean} choices.quick compress little, for packages that are only tried out
 * @returns {import("electron-builder").Configuration}
 */
export function configuration({ formats, packed, electronDist, quick }) {
  const icon = (/** @type {string} */ name) => join(folders.resources, name);
  return {
    appId: "app.lamina.Lamina",
    productName: "Lamina",
    copyright: "Copyright (c) 2026 The Lamina contributors",
    directories: { output: folders.output, buildResources: folders.resources },
    extraMetadata: { homepage: homepage() },
    ...(electronDist !== undefined && { electronDist }),
    npmRebuild: false, // koffi brings its binaries
    nodeGypRebuild: false,
    asar: true,
    asarUnpack: ["**/*.node"],
    files: [
      "out/**",
      "!out/**/.*",
      // Made for Node; the V8 of Electron refuses it.
      "!out/cli/*.cache",
      "!**/*.map",
      "package.json",
      // Of koffi what it loads: neither its sources nor its documentation.
      "!**/node_modules/koffi/{src,doc,lib,vendor}/**",
      "!**/node_modules/koffi/{CHANGELOG.md,README.md,cnoke.cjs,*.d.ts}",
      "!**/node_modules/@koromix/*/{README.md,musl_*/**}", // Electron itself wants glibc
    ],
    electronLanguages: ["en", "en-US", "vi", "zh_CN", "zh-CN"],
    electronFuses: {
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    },
    afterPack: here("after-pack.mjs"),
    publish: null,

    linux: {
      target: ["tar.gz", "deb", "rpm", "AppImage"],
      icon: icon("lamina"),
      executableName: "lamina",
      category: "System;Filesystem",
      synopsis: "See what a virtual disk really is",
      maintainer: "The Lamina contributors",
      vendor: "The Lamina contributors",
      syncDesktopName: true,
      // Not by `mimeType` of the associations: the file made of those knows no magic.
      mimeTypes: openedTypes(formats),
      desktop: {
        entry: { Keywords: "disk;image;virtual machine;qcow2;vmdk;vhdx;", StartupNotify: "true" },
      },
      extraFiles: [{ from: here("lamina.sh"), to: "bin/lamina" }],
    },
    deb: {
      packageCategory: "utils",
      priority: "optional",
      compression: quick ? "gz" : "xz",
      depends: ["libgtk-3-0", "libnss3", "libasound2 | libasound2t64", "libgbm1"],
      recommends: ["shared-mime-info", "desktop-file-utils", "xdg-utils"],
      ...installScripts(),
    },
    rpm: {
      packageCategory: "Applications/System",
      compression: quick ? "gzip" : "xz",
      // Libraries by their own names: each distribution calls its packages differently.
      depends: ["libgtk-3.so.0", "libnss3.so", "libasound.so.2", "libgbm.so.1"].map(
        (name) => `${name}()(64bit)`,
      ),
      ...installScripts(),
    },

    mac: {
      target: [
        { target: "dmg", arch: "universal" },
        { target: "zip", arch: "universal" },
      ],
      icon: icon("lamina.icns"),
      category: "public.app-category.utilities",
      fileAssociations: [
        ...formats.map((format) => ({
          ext: [...format.extensions],
          name: description([format]),
          icon: icon("disk-image.icns"),
        })),
        { ext: [...packed], name: "Packed disk image" },
      ].map((each) => ({ ...each, role: "Viewer", rank: "Alternate" })),
      extraFiles: [{ from: here("lamina.sh"), to: "Resources/bin/lamina" }],
      // koffi's binaries are there for both processors in either half.
      x64ArchFiles: "**/node_modules/@koromix/koffi-darwin-*/**",
    },

    win: {
      target: ["nsis", "zip"],
      icon: icon("lamina.ico"),
      extraFiles: [{ from: here("lamina.cmd"), to: "bin/lamina.cmd" }],
      extraResources: [{ from: icon("disk-image.ico"), to: "disk-image.ico" }],
    },
    nsis: {
      oneClick: false,
      perMachine: false,
      allowToChangeInstallationDirectory: true,
      // File types too: with `fileAssociations`, electron-builder would make Lamina their only opener.
      include: here("windows/installer.nsh"),
    },
  };
}

function installScripts() {
  return {
    afterInstall: here("linux/after-install.sh"),
    afterRemove: here("linux/after-remove.sh"),
    fpm: [`${folders.linux}/usr/=/usr`],
  };
}

/** The repository whose workflow builds the packages; else the documentation that they install. */
function homepage() {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
  return repository
    ? `${server ?? "https://github.com"}/${repository}`
    : "file:///usr/share/doc/lamina/";
}
