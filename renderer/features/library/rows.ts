import type { ListedImage, WatchedFolder } from "../../../shared/model/watched-folder";
import { folderOf, nameOf } from "../../api/paths";
import { overcommitsOf, type Overcommit } from "./overcommit";

/** Where a row stands in the tree: what assistive technology is told of it. */
interface Place {
  /** Tells it from every other row. */
  readonly key: string;
  /** From 1. */
  readonly level: number;
  /** Among those of the same parent, from 1. */
  readonly position: number;
  readonly count: number;
  /** The key of the row above it in the tree. */
  readonly parent?: string;
}

/** The head of a folder. */
export interface FolderRow extends Place {
  readonly kind: "folder";
  readonly path: string;
  readonly expanded: boolean;
  /** What is known of it, where it is watched. */
  readonly watched?: WatchedFolder;
  /** How far it is overcommitted, where that is known. */
  readonly overcommit?: Overcommit;
}

/** One image. */
export interface ImageRow extends Place {
  readonly kind: "image";
  readonly path: string;
  readonly name: string;
  /** The folder below the watched one that it lies in. */
  readonly subfolder?: string;
  /** What its folder tells of it, where that is watched. */
  readonly image?: ListedImage;
}

export type Row = FolderRow | ImageRow;

/** What the library shows. */
export interface LibraryContent {
  /** Paths, in the settings' order. */
  readonly watchedFolders: readonly string[];
  readonly folders: Readonly<Record<string, WatchedFolder>>;
  /** Paths of images opened before, the latest first. */
  readonly recent: readonly string[];
  /** Paths of the folders whose images are not shown. */
  readonly folded: ReadonlySet<string>;
}

/**
 * The library from top to bottom: the watched folders, then those of the images opened besides, the
 * latest first. In a watched folder an overlay comes below its base.
 */
export function libraryRows(content: LibraryContent): Row[] {
  const { watchedFolders, folders, recent, folded } = content;
  const watched = watchedFolders.map(
    (path): WatchedFolder => folders[path] ?? { path, state: "looking", images: [], more: false },
  );
  const overcommits = overcommitsOf(watched);
  const listed = new Set(watched.flatMap(({ images }) => images.map(({ path }) => path)));
  const others = byFolder(recent.filter((path) => !listed.has(path)));
  const count = watched.length + others.size;
  const head = (path: string, nth: number): Omit<FolderRow, "kind" | "key"> => ({
    path,
    level: 1,
    position: nth + 1,
    count,
    expanded: !folded.has(path),
  });
  return [
    ...watched.flatMap((folder, nth): Row[] => {
      const key = `watched ${folder.path}`;
      const overcommit = overcommits.get(folder.path);
      const row: FolderRow = {
        kind: "folder",
        key,
        ...head(folder.path, nth),
        watched: folder,
        ...(overcommit && { overcommit }),
      };
      return row.expanded ? [row, ...imageRows(folder.images, key)] : [row];
    }),
    ...[...others].flatMap(([path, images], nth): Row[] => {
      const key = `recent ${path}`;
      const row: FolderRow = { kind: "folder", key, ...head(path, watched.length + nth) };
      return row.expanded ? [row, ...recentRows(images, key)] : [row];
    }),
  ];
}

function byFolder(paths: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const path of paths) append(groups, folderOf(path), path);
  return groups;
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

function recentRows(paths: readonly string[], parent: string): ImageRow[] {
  const count = paths.length;
  return paths.map((path, nth) => ({
    kind: "image",
    key: `${parent} ${path}`,
    path,
    name: nameOf(path),
    level: 2,
    position: nth + 1,
    count,
    parent,
  }));
}

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** The images of a folder as a tree by their bases. Those of a loop begin at the first by name. */
function imageRows(images: readonly ListedImage[], folder: string): ImageRow[] {
  const sorted = images.toSorted((a, b) => names.compare(a.name, b.name));
  const known = new Set(images.map(({ path }) => path));
  const overlays = new Map<string, ListedImage[]>();
  const roots: ListedImage[] = [];
  for (const image of sorted) {
    const { base } = image;
    if (base === undefined || base === image.path || !known.has(base)) roots.push(image);
    else append(overlays, base, image);
  }
  const reached = new Set<string>();
  const reach = (from: readonly ListedImage[]): void => {
    const next = [...from];
    for (let image = next.pop(); image; image = next.pop()) {
      if (reached.has(image.path)) continue;
      reached.add(image.path);
      next.push(...(overlays.get(image.path) ?? []));
    }
  };
  reach(roots);
  // What is left stands on itself: its first image is shown as if it stood on nothing.
  for (const image of sorted) {
    if (reached.has(image.path)) continue;
    roots.push(image);
    reach([image]);
  }
  roots.sort((a, b) => names.compare(a.name, b.name));

  const rows: ImageRow[] = [];
  const shown = new Set<string>();
  // A chain may be deeper than the stack of calls.
  const waiting = placed(roots, 2, folder).toReversed();
  for (let row = waiting.pop(); row; row = waiting.pop()) {
    if (shown.has(row.path)) continue;
    shown.add(row.path);
    rows.push(row);
    const above = (overlays.get(row.path) ?? []).filter(({ path }) => !shown.has(path));
    waiting.push(...placed(above, row.level + 1, row.key).toReversed());
  }
  return rows;

  function placed(siblings: readonly ListedImage[], level: number, parent: string): ImageRow[] {
    return siblings.map((image, nth): ImageRow => {
      const subfolder = image.name.slice(0, -nameOf(image.path).length - 1);
      return {
        kind: "image",
        key: `${folder} ${image.path}`,
        path: image.path,
        name: nameOf(image.path),
        ...(subfolder !== "" && { subfolder }),
        image,
        level,
        position: nth + 1,
        count: siblings.length,
        parent,
      };
    });
  }
}
