import { app } from "electron";
import { fileArguments } from "./file-arguments";
import { handedOver, handOver } from "./hand-over";
import type { OpenedFiles } from "./handlers/opened-files";

/**
 * Makes this the only instance: gathers the files it was started with, and those of later starts.
 * Must run before Electron is ready, and after userData was set, which the lock belongs to.
 *
 * @param opened gets the files
 * @param shares false for a start that keeps its files to itself
 * @returns false when another instance runs; it has the files then if this start shares them, and
 *   this process has to end
 */
export function claimSingleInstance(opened: OpenedFiles, shares: boolean): boolean {
  const defaultApp = process.defaultApp;
  const files = fileArguments(process.argv, { defaultApp, workingFolder: process.cwd() });
  if (!app.requestSingleInstanceLock(shares ? handOver(files) : handOver([]))) return false;
  opened.add(files);

  app.on("second-instance", (_event, argv, workingFolder, value) => {
    // Chromium reorders argv, so what was handed over comes first.
    opened.add(handedOver(value) ?? fileArguments(argv, { defaultApp, workingFolder }));
  });
  // macOS; may come before "ready".
  app.on("open-file", (event, path) => {
    event.preventDefault();
    opened.add([path]);
  });
  return true;
}
