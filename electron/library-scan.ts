import { lstatSync, opendirSync, realpathSync, statfsSync, statSync, type Dirent } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { formatModels, glanceAt, holdersAmong, ImageError, showsFormat, toFailure } from "./engine";
import { formatIdSchema } from "../shared/model/format";
import type { ListedImage, WatchedFolder } from "../shared/model/watched-folder";

/** What was found out about one file, and from which state of it. Plain data. */
export interface SeenFile {
  readonly path: string;
  /** Another one says that the file may have changed. */
  readonly stamp: string;
  /** Absent when it is no image. `base` is where the base is named to be. */
  readonly image?: ListedImage;
  /** Paths of the files that hold its data besides its own. */
  readonly otherFiles: readonly string[];
}

/** What to look through. Plain data: it crosses threads. */
export interface ScanRequest {
  readonly folder: string;
  /** Folders below it that are left out. */
  readonly leaveOut: readonly string[];
  /** What was found out last time. */
  readonly seen: readonly SeenFile[];
}

/** What was found. Plain data. */
export interface ScanResult extends Pick<WatchedFolder, "images" | "more" | "host"> {
  readonly seen: readonly SeenFile[];
  /** The folder and those below it that were looked through. */
  readonly folders: readonly string[];
}

/** Files of one folder, and of those below it, that are looked into. */
export const MOST_FILES = 2000;
/** Names of one folder that are read at all. */
const MOST_NAMES = 50_000;
const MOST_FOLDERS = 200;

/** Formats that no guest writes to. */
const READ_ONLY: ReadonlySet<string> = new Set(["iso", "dmg"]);
const extensions: ReadonlySet<string> = new Set([
  ...formatModels().flatMap((format) => format.extensions),
  "ova",
]);

/**
 * Looks through a folder and the folders in it, and tells of every image there: told by its bytes, or
 * by its name where the bytes could be anything. Symbolic links are passed over, and so is what is
 * hidden. Only files that are new or have changed are opened.
 * @throws ImageError `missing-file` when the folder is not there, `io` when it cannot be listed.
 */
export function scanFolder({ folder, leaveOut, seen: before }: ScanRequest): ScanResult {
  const top = list(folder);
  const wanted = top.folders.filter((path) => !leaveOut.includes(path));
  const below = wanted.slice(0, MOST_FOLDERS);
  const folders = [folder];
  const files = [...top.files];
  let more = top.more || below.length < wanted.length;
  for (const path of below) {
    try {
      const found = list(path);
      folders.push(path);
      files.push(...found.files);
      more ||= found.more;
    } catch (error) {
      // A folder that may not be listed costs its own images only.
      if (!(error instanceof ImageError)) throw error;
    }
  }
  // What is called an image is looked into first.
  const [likely, others] = [
    files.filter(isNamedImage),
    files.filter((path) => !isNamedImage(path)),
  ];
  const looked = [...likely, ...others].slice(0, MOST_FILES);
  const known = new Map(before.map((file) => [file.path, file]));
  const seen = looked.flatMap((path) => lookAt(folder, path, known.get(path)) ?? []);
  const host = space(folder);
  return {
    images: withHolders(folder, imagesOf(folder, seen)),
    more: more || looked.length < files.length,
    ...(host && { host }),
    seen,
    folders,
  };
}

/** Absolute paths of the files and folders in a folder that are not hidden. */
function list(folder: string): { files: string[]; folders: string[]; more: boolean } {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    const open = opendirSync(folder);
    try {
      for (let count = 0; count < MOST_NAMES; count += 1) {
        const entry: Dirent | null = open.readSync();
        if (entry === null)
          return { files: files.toSorted(), folders: folders.toSorted(), more: false };
        if (entry.name.startsWith(".")) continue;
        // A symbolic link is neither.
        if (entry.isFile() && !entry.name.endsWith(".partial"))
          files.push(join(folder, entry.name));
        else if (entry.isDirectory()) folders.push(join(folder, entry.name));
      }
    } finally {
      open.closeSync();
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const gone = code === "ENOENT" || code === "ENOTDIR";
    throw new ImageError(
      gone ? "missing-file" : "io",
      gone ? `The folder ${folder} is not there` : `The folder ${folder} cannot be listed`,
      { file: folder, cause: error },
    );
  }
  return { files: files.toSorted(), folders: folders.toSorted(), more: true };
}

/** Undefined for a file that has gone meanwhile. */
function lookAt(folder: string, path: string, before: SeenFile | undefined): SeenFile | undefined {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status?.isFile() !== true) return undefined;
  const { size, mtimeMs, ctimeMs, ino, blocks } = status;
  const stamp = [size, mtimeMs, ctimeMs, ino].join(":");
  if (before?.stamp === stamp && before.otherFiles.length === 0) return before;
  const own = { path, name: relative(folder, path) };
  try {
    const { format, size: virtualSize, otherFiles, wrapping, base } = glanceAt(path);
    const inner =
      wrapping === undefined || wrapping === "tar" ? path : path.slice(0, -extname(path).length);
    if (format === "raw" && wrapping !== "tar" && !isNamedImage(inner))
      return { path, stamp, otherFiles: [] };
    const allocated = [path, ...otherFiles].reduce((sum, file) => sum + taken(file), 0);
    const image: ListedImage = {
      ...own,
      format: formatIdSchema.parse(format),
      ...((wrapping === undefined || virtualSize > 0) && { virtualSize }),
      ...(blocks !== undefined && { allocated }),
      grows: wrapping === undefined && !READ_ONLY.has(format),
      ...(base !== undefined && { base }),
    };
    return { path, stamp, image, otherFiles };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const isImage = error.code === "choose-member" || isNamedImage(path) || showsFormat(path);
    if (!isImage) return { path, stamp, otherFiles: [] };
    const image = { ...own, allocated: taken(path), grows: false, failure: toFailure(error) };
    return { path, stamp, image, otherFiles: [] };
  }
}

const isNamedImage = (path: string): boolean =>
  extensions.has(extname(path).slice(1).toLowerCase());

/** Bytes that the host has given to a file; 0 for one that is gone. */
function taken(path: string): number {
  return (lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512;
}

/** The images without the parts of others, each with its base as the folder lists it. */
function imagesOf(folder: string, seen: readonly SeenFile[]): ListedImage[] {
  const parts = new Set(seen.flatMap(({ otherFiles }) => otherFiles));
  const images = seen.flatMap(({ path, image }) => (image && !parts.has(path) ? [image] : []));
  const listed = new Set(images.map(({ path }) => path));
  const real = realpathSync.native(folder);
  /** An image may name its base by the folder's other path. */
  const asListed = (base: string): string => {
    const other = join(folder, relative(real, base));
    return !listed.has(base) && listed.has(other) ? other : base;
  };
  const linked = images.map((image) =>
    image.base === undefined ? image : { ...image, base: asListed(image.base) },
  );
  const bases = new Set(linked.flatMap(({ path, base }) => (base === path ? [] : (base ?? []))));
  const missing = missingBases(folder, linked);
  return linked.map((image) => {
    const missingBase = missing.get(image.path);
    return {
      ...image,
      ...(bases.has(image.path) && { grows: false }),
      ...(missingBase !== undefined && { missingBase }),
    };
  });
}

/** The images with those who hold them now, which changes without the files. */
function withHolders(folder: string, images: readonly ListedImage[]): ListedImage[] {
  const real = realpathSync.native(folder);
  const realPathOf = ({ path }: ListedImage): string => join(real, relative(folder, path));
  const users = holdersAmong(images.map(realPathOf));
  return images.map((image) => {
    const inUse = users.get(realPathOf(image));
    return inUse === undefined ? image : { ...image, inUse };
  });
}

/**
 * The images whose chain ends at a file that is not there, with that file. Only in the folder itself is
 * anything looked for: elsewhere a name could reach for a server.
 */
function missingBases(folder: string, images: readonly ListedImage[]): Map<string, string> {
  const byPath = new Map(images.map((image) => [image.path, image]));
  const roots = [folder, realpathSync.native(folder)].map((root) => join(root, sep));
  const missing = new Map<string, string>();
  for (const image of images) {
    const met = new Set<string>();
    let at: ListedImage | undefined = image;
    while (at?.base !== undefined && !met.has(at.path)) {
      met.add(at.path);
      const { base }: ListedImage = at;
      at = byPath.get(base);
      if (at !== undefined || !roots.some((root) => base.startsWith(root))) continue;
      if (lstatSync(base, { throwIfNoEntry: false }) === undefined) missing.set(image.path, base);
    }
  }
  return missing;
}

function space(folder: string): WatchedFolder["host"] {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    const { dev } = statSync(folder, { bigint: true });
    return { free: bavail * bsize, capacity: blocks * bsize, volume: String(dev) };
  } catch {
    return undefined;
  }
}
