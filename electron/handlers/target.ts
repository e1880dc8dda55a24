import { lstat, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { CallOutput } from "../../shared/ipc/contract";

/** What stands at, and in the way of, a chosen target. */
export async function checkTarget(
  source: string,
  target: string,
): Promise<CallOutput<"convert.checkTarget">> {
  const folder = dirname(target);
  const [own, other, folderThere, free] = await Promise.all([
    identityOf(source),
    identityOf(target),
    stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    ),
    freeBytes(folder),
  ]);
  return {
    exists: await exists(target),
    isSource: source === target || (own !== undefined && own === other),
    folderExists: folderThere,
    ...(free !== undefined && { free }),
  };
}

/** Whether anything has this name; a link to nothing counts. */
export function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
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

async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
