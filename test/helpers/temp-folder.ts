import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** An empty folder that is gone when the test that asked for it has ended. */
export function tempFolder(): string {
  const folder = newFolder();
  onTestFinished(() => removeFolder(folder));
  return folder;
}

/** An empty folder for a whole suite, which hands it to `removeFolder` when it ends. */
export function newFolder(): string {
  return mkdtempSync(join(realpathSync(tmpdir()), "lamina-test-"));
}

/** Removes a folder with all that is in it. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
