import { ImageError } from "../errors";
import {
  copyPermissions,
  createFile,
  fileStatus,
  namesIn,
  realPathOf,
  removeFile,
  renameFile,
  renameFileNew,
} from "../io/file";
import { baseNameOf, folderOf, resolveFrom } from "../io/paths";
import type { ByteTarget } from "../io/source";

/** A file beside the place that it is for, under a name of its own. */
export interface TemporaryFile {
  /** Where to write. */
  readonly target: ByteTarget;
  /** The absolute path that it is for. */
  readonly path: string;
  /** Closes the target, so that the file can be renamed. @throws ImageError `io`. */
  finish(flush: boolean): void;
  /**
   * Gives the file its name. With `keepOld`, what has the name now is kept aside until `settle` or
   * `takeBack`.
   * @throws ImageError `exists`, `io`; nothing has changed then.
   */
  place(keepOld: boolean): void;
  /** Undoes `place`. @throws ImageError `io`. */
  takeBack(): void;
  /** Removes what `place` has kept aside. @throws ImageError `io`. */
  settle(): void;
  /** Closes and removes the file, unless it was placed. @throws ImageError `io`. */
  discard(): void;
}

/** Characters of the final name in the temporary one, so that it stays within 255 bytes. */
const shownName = 40;

/** Names in one folder that are looked through for what an ended thread has left. */
const mostNames = 1_000_000;

/**
 * Begins a file for `path`, named `.NAME.<mark><random>.partial`.
 * @param model The file whose owner and permissions it takes from the start: a private disk is never
 *   readable by others, not even half of it.
 * @throws ImageError `missing-file` without its folder, `io`.
 */
export function createTemporary(
  path: string,
  replace: boolean,
  model: string | undefined,
  mark = "",
): TemporaryFile {
  const shown = [...baseNameOf(path)].slice(0, shownName).join("");
  const random = Math.random().toString(36).slice(2, 10);
  const beside = (ending: string): string =>
    resolveFrom(folderOf(path), `.${shown}.${mark}${random}.${ending}`);
  const partial = beside("partial");
  const target = createFile(partial);
  let placed = false;
  let old: string | undefined;

  function discard(): void {
    if (placed) return;
    try {
      target.close();
    } finally {
      removeFile(partial);
    }
  }

  if (model !== undefined) {
    try {
      copyPermissions(model, partial);
    } catch (error) {
      discard();
      throw error;
    }
  }
  return {
    target,
    path,
    discard,
    finish(flush) {
      if (flush) target.flush();
      target.close();
    },
    place(keepOld) {
      checkFree(path, replace);
      if (keepOld && fileStatus(path).kind === "file") {
        old = beside("old");
        renameFile(path, old);
      }
      try {
        if (replace) renameFile(partial, path);
        else renameFileNew(partial, path);
      } catch (error) {
        if (old !== undefined) renameFile(old, path);
        throw error;
      }
      placed = true;
    },
    takeBack() {
      if (old === undefined) removeFile(path);
      else renameFile(old, path);
    },
    settle() {
      if (old !== undefined) removeFile(old);
    },
  };
}

/**
 * Checks that `path` can be given to a new file: nothing is there, or a file that may be replaced.
 * @throws ImageError `exists`.
 */
export function checkFree(path: string, replace: boolean): void {
  const { kind } = fileStatus(path);
  if (kind === "none" || (kind === "file" && replace)) return;
  const what = kind === "folder" ? "a folder" : kind === "file" ? "a file" : "no regular file";
  throw new ImageError("exists", `${path} is there already`, {
    file: path,
    found: what,
    hint: kind === "file" ? "Choose another name, or ask to replace it." : "Choose another name.",
  });
}

/**
 * Removes the files that a thread which ended early has begun for the image at `path`, told from
 * others by their `mark`.
 * @throws ImageError `missing-file` without the folder, `io`.
 */
export function removePartials(path: string, mark: string): void {
  const folder = folderOf(fileStatus(path).kind === "file" ? realPathOf(path) : path);
  for (const name of namesIn(folder, mostNames)) {
    const own = name.startsWith(".") && name.includes(`.${mark}`) && name.endsWith(".partial");
    if (own) removeFile(resolveFrom(folder, name));
  }
}
