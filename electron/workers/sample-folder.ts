import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ImageError, makeSamples, sampleNames, type Control } from "../engine";

/** The folder of the sample set; its name is the same in every language, as those of its files are. */
const folderName = "Lamina samples";

/** An unfinished set, of this run or of one that was ended. */
const unfinished = /^\.Lamina samples\.[\da-f-]{36}\.partial$/;

/** Where the set is, or would be, in this folder. */
export const sampleFolderIn = (parent: string): string => join(parent, folderName);

/** Absolute paths of what is there of the set, the one to look at first in front. */
export function samplesIn(parent: string): string[] {
  const folder = sampleFolderIn(parent);
  return sampleNames.map((name) => join(folder, name)).filter((path) => existsSync(path));
}

/** Removes the unfinished sets in this folder. */
export function sweepSamples(parent: string): void {
  for (const name of namesIn(parent).filter((each) => unfinished.test(each)))
    rmSync(join(parent, name), { recursive: true, force: true });
}

/**
 * Makes the sample set in a new folder below `parent`, which is made too when it is not there. The
 * folder gets its name when all of the set is in it; whatever goes wrong, nothing of it is left.
 * @param mark 36 hexadecimal digits and hyphens, for the unfinished folder's name.
 * @throws ImageError `exists` when something else has the folder's name, `cancelled`, `io`.
 */
export function makeSampleFolder(parent: string, mark: string, control: Control): string[] {
  const folder = sampleFolderIn(parent);
  const partial = join(parent, `.${folderName}.${mark}.partial`);
  try {
    requireFree(folder);
    sweepSamples(parent);
    mkdirSync(partial, { recursive: true });
    makeSamples(partial, Math.floor(Date.now() / 1000), control);
    control.throwIfCancelled();
    requireFree(folder);
    renameSync(partial, folder);
  } catch (error) {
    if (existsSync(partial)) rmSync(partial, { recursive: true, force: true });
    if (error instanceof ImageError) throw error;
    const message = `The samples could not be made: ${error instanceof Error ? error.message : String(error)}`;
    throw new ImageError("io", message, {
      file: folder,
      hint: "Choose another folder for them.",
      cause: error,
    });
  }
  return samplesIn(parent);
}

function requireFree(folder: string): void {
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return;
  throw new ImageError("exists", `${folder} is there already, and holds no samples`, {
    file: folder,
    hint: "Choose another folder for them, or move that one away.",
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
