import { basename, dirname, relative, resolve, sep } from "node:path";

/** The absolute path of the folder that `path` lies in, symbolic links as they are. */
export const folderOf = (path: string): string => dirname(resolve(path));

/** The last part of a path. */
export const baseNameOf = (path: string): string => basename(path);

/** The absolute path that `name` stands for when it is seen from `folder`. */
export const resolveFrom = (folder: string, name: string): string => resolve(folder, name);

/** Whether absolute path `path` lies in `folder` or deeper, by their names alone; both without `..`. */
export const isInFolder = (folder: string, path: string): boolean =>
  path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);

/**
 * The name by which a file in `folder` names the one at `path`: relative where the system has such a
 * name, and never one that looks as if it began with a protocol.
 */
export function nameSeenFrom(folder: string, path: string): string {
  const name = relative(folder, resolve(path));
  return /^[^/\\]*:(?![/\\])/.test(name) ? `./${name}` : name;
}
