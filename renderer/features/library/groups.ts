import { folderOf } from "../../api/paths";

/** The images of one folder, in the order of the recent list. */
export interface FolderGroup {
  readonly folder: string;
  readonly paths: readonly string[];
}

/** The recent list by folder; the folder of the latest image comes first. */
export function groupByFolder(paths: readonly string[]): FolderGroup[] {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const folder = folderOf(path);
    const group = groups.get(folder);
    if (group) group.push(path);
    else groups.set(folder, [path]);
  }
  return Array.from(groups, ([folder, inIt]) => ({ folder, paths: inIt }));
}
