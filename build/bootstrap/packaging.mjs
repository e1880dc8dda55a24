// What the packages are made with and tried out with.

import { hasProgram } from "./system-packages.mjs";

/** What build/packaging and its tests call, and the Debian package that brings it. */
const tools = {
  "7za": "p7zip-full",
  "dpkg-deb": "dpkg",
  rpmbuild: "rpm",
  "desktop-file-validate": "desktop-file-utils",
  appstreamcli: "appstream",
  "update-mime-database": "shared-mime-info",
  "xdg-mime": "xdg-utils",
  gio: "libglib2.0-bin",
};

/** @returns {string[]} the Debian packages that packaging needs */
export function packagingPackages() {
  if (process.platform !== "linux") return [];
  return Object.entries(tools).flatMap(([tool, name]) => (hasProgram(tool) ? [] : [name]));
}
