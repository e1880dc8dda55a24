import { realpath, stat } from "node:fs/promises";
import { dirname, parse } from "node:path";
import type { SettingsStore } from "../settings";
import { FailureError } from "../failure";
import type { Grants } from "./grants";
import type { Handlers } from "./table";

/** Folders that the user trusts, for all images and until they are taken off the list. */
export function trustHandlers(
  grants: Pick<Grants, "refused">,
  settings: Pick<SettingsStore, "get" | "change">,
): Pick<Handlers, "image.folderToTrust" | "image.trustFolder"> {
  return {
    "image.folderToTrust": async ({ from, name }) => ({
      folders: await foldersOf(grants.refused(from, name)),
    }),
    "image.trustFolder": async ({ from, name, folders }) => {
      const path = grants.refused(from, name);
      const now = await foldersOf(path);
      // A link may lead elsewhere since: only what the user has seen is trusted.
      if (now.join("\0") !== folders.join("\0")) {
        throw new FailureError({
          code: "invalid-argument",
          message: `${path} lies in another folder than the one that was shown.`,
          hint: "Look at the folder again before you trust it.",
          file: path,
        });
      }
      const { trustedFolders } = settings.get();
      return settings.change({ trustedFolders: [...new Set([...trustedFolders, ...now])] });
    },
  };
}

/**
 * What has to be trusted for the file at `path`: the folder that it really lies in and, where the name
 * takes another way, through a link, the folder of the name. Touches the file: the user has asked for it.
 * @throws FailureError for what may not be trusted, or is not there.
 */
async function foldersOf(path: string): Promise<string[]> {
  const real = await realPathOf(path);
  const folders = [...new Set([dirname(real), dirname(path)])];
  const root = folders.find((folder) => parse(folder).root === folder);
  if (root !== undefined) {
    throw new FailureError({
      code: "refused",
      message: `${root} holds everything there is, and is not to be trusted.`,
      hint: "Allow the one file, or move it into a folder of its own.",
      file: path,
    });
  }
  return folders;
}

/** The path without links of a regular file. */
async function realPathOf(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  const found = real === undefined ? undefined : await stat(real).catch(() => undefined);
  if (real === undefined || found === undefined) {
    throw new FailureError({
      code: "missing-file",
      message: `${path} is not there, or may not be looked at.`,
      file: path,
    });
  }
  if (!found.isFile()) {
    throw new FailureError({
      code: "refused",
      message: `${path} is not a regular file, and is never opened.`,
      file: path,
    });
  }
  return real;
}
