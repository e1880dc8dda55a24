import { lstat, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { CallOutput } from "../../shared/ipc/contract";
import { fileSystemOf } from "../engine";

/** What stands at, and in the way of, a chosen target; `source` is what it is made of, if anything. */
export async function checkTarget(
  source: string | undefined,
  target: string,
): Promise<CallOutput<"convert.checkTarget">> {
  const folder = dirname(target);
  const [own, other, folderThere, volume] = await Promise.all([
    source === undefined ? undefined : identityOf(source),
    identityOf(target),
    stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    ),
    volumeOf(folder),
  ]);
  return {
    exists: await exists(target),
    isSource: source === target || (own !== undefined && own === other),
    folderExists: folderThere,
    ...volume,
  };
}

/** Whether anything has this name; a link to nothing counts. */
export function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Whether two paths name one file that is there. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  if (a === b) return true;
  const [one, other] = await Promise.all([identityOf(a), identityOf(b)]);
  return one !== undefined && one === other;
}

/** Device and inode, the same for two names of one file; bigint as Windows' do not fit a number. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** What the file system of a folder is, and has left; nothing where the host does not say. */
async function volumeOf(
  folder: string,
): Promise<Pick<CallOutput<"convert.checkTarget">, "free" | "fileSystem">> {
  try {
    const { type, bavail, bsize } = await statfs(folder);
    return { free: bavail * bsize, fileSystem: fileSystemOf(type >>> 0, bsize, process.platform) };
  } catch {
    return {};
  }
}
