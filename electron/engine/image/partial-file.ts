import { ImageError } from "../errors";
import {
  baseNameOf,
  copyPermissions,
  createFile,
  fileStatus,
  folderOf,
  realPathOf,
  removeFile,
  renameFile,
  renameFileNew,
  resolveFrom,
  syncFolder,
} from "../io/file";
import type { ByteTarget } from "../io/source";

/** A new file that has its name only when it is complete. */
export interface PartialFile {
  /** Where to write. `commit` and `abandon` close it. */
  readonly target: ByteTarget;
  /**
   * Gives the file its name. When it throws, nothing of it is left.
   * @throws ImageError `exists` when the name has been taken meanwhile, `io`.
   */
  commit(): void;
  /** Removes what was written; after `commit` it does nothing. @throws ImageError `io`. */
  abandon(): void;
}

/** What to do about a file that has the name already, and whether `commit` waits for the disk. */
export interface PartialOptions {
  readonly replace: boolean;
  readonly flush?: boolean;
}

/** Characters of the target's name in the partial file's, so that it stays within 255 bytes. */
const shownName = 40;

/**
 * Begins a file beside `path`, named `.NAME.<random>.partial` until it is committed.
 * With `replace`, a symbolic link keeps its place and the file that it leads to is replaced; the new
 * file takes its owner and permissions.
 * @throws ImageError `exists` when `path` is there and `replace` is not set, or is no regular file;
 *   `missing-file` without its folder; `io`.
 */
export function createPartial(path: string, { replace, flush }: PartialOptions): PartialFile {
  checkFree(path, replace);
  const replaces = fileStatus(path).kind === "file";
  const final = replaces ? realPathOf(path) : path;
  const folder = folderOf(final);
  const shown = [...baseNameOf(final)].slice(0, shownName).join("");
  const random = Math.random().toString(36).slice(2, 10);
  const partial = resolveFrom(folder, `.${shown}.${random}.partial`);
  const target = createFile(partial);
  let open = true;
  if (replaces) keepPermissions();

  // Before anything is written: a private disk is never readable by others, not even half of it.
  function keepPermissions(): void {
    try {
      copyPermissions(final, partial);
    } catch (error) {
      abandon();
      throw error;
    }
  }

  function abandon(): void {
    if (!open) return;
    open = false;
    try {
      target.close();
    } finally {
      removeFile(partial);
    }
  }

  function commit(): void {
    try {
      if (flush === true) target.flush();
      target.close();
      checkFree(path, replace);
      if (replace) renameFile(partial, final);
      else renameFileNew(partial, final);
    } catch (error) {
      abandon();
      throw error;
    }
    open = false;
    if (flush === true) syncFolder(folder);
  }

  return { target, commit, abandon };
}

/** @throws ImageError `exists`. */
function checkFree(path: string, replace: boolean): void {
  const { kind } = fileStatus(path);
  if (kind === "none" || (kind === "file" && replace)) return;
  const what = kind === "folder" ? "a folder" : kind === "file" ? "a file" : "no regular file";
  throw new ImageError("exists", `${path} is there already`, {
    file: path,
    found: what,
    hint: kind === "file" ? "Choose another name, or ask to replace it." : "Choose another name.",
  });
}
