// electron-builder's hook, when the program's folder is complete and nothing is packed yet.

import { rmSync } from "node:fs";
import { join } from "node:path";

/**
 * An Electron that is given as a folder still has its own default application, which ours replaces.
 *
 * @param {import("electron-builder").AfterPackContext} context
 */
export default function afterPack({ packager, appOutDir }) {
  rmSync(join(packager.getResourcesDir(appOutDir), "default_app.asar"), { force: true });
}
