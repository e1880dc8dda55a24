import { ImageError } from "../errors";
import { fileStatus, realPathOf, syncFolder } from "../io/file";
import { baseNameOf, folderOf, resolveFrom } from "../io/paths";
import type { ByteTarget } from "../io/source";
import { checkFree, createTemporary, type TemporaryFile } from "./temporary-file";
import type { NewFiles } from "./writer";

/** A new image whose files have their names only when all of them are complete. */
export interface PartialFile {
  /** Where to write the file that was asked for. `commit` and `abandon` close it. */
  readonly target: ByteTarget;
  /** For the image's other files. */
  readonly files: NewFiles;
  /** Absolute paths of all its files so far. */
  readonly paths: readonly string[];
  /** Bytes of all its files so far. */
  readonly fileLength: number;
  /** Bytes that the host has given to them; absent where the host cannot say. */
  readonly allocated: number | undefined;
  /**
   * Gives the files their names, the one that was asked for last. When it throws, nothing of them is
   * left, and what they were to replace is there as before.
   * @throws ImageError `exists` when a name has been taken meanwhile, `io`.
   */
  commit(): void;
  /** Removes what was written; after `commit` it does nothing. @throws ImageError `io`. */
  abandon(): void;
}

/** What to do about files that have the names already, and whether `commit` waits for the disk. */
export interface PartialOptions {
  readonly replace: boolean;
  readonly flush?: boolean;
  /** Begins the random part of the temporary names, so that `removePartials` knows them. */
  readonly mark?: string;
}

/**
 * Begins a file beside `path`, named `.NAME.<random>.partial` until it is committed.
 * With `replace`, a symbolic link keeps its place and the file that it leads to is replaced; the new
 * file takes its owner and permissions, and so do files beside it that replace nothing.
 * @throws ImageError `exists` when `path` is there and `replace` is not set, or is no regular file;
 *   `missing-file` without its folder; `io`.
 */
export function createPartial(
  path: string,
  { replace, flush = false, mark }: PartialOptions,
): PartialFile {
  checkFree(path, replace);
  const model = fileStatus(path).kind === "file" ? realPathOf(path) : undefined;
  const main = createTemporary(model ?? path, replace, model, mark);
  const folder = folderOf(main.path);
  const others: TemporaryFile[] = [];
  const all = (): readonly TemporaryFile[] => [...others, main];
  let open = true;

  function add(name: string): ByteTarget {
    const wanted = resolveFrom(folder, name);
    if (
      resolveFrom(folder, baseNameOf(wanted)) !== wanted ||
      all().some((file) => file.path === wanted)
    ) {
      throw new ImageError(
        "invalid-argument",
        `'${name}' must lie beside the image, under a name of its own`,
      );
    }
    checkFree(wanted, replace);
    const replaces = fileStatus(wanted).kind === "file";
    const final = replaces ? realPathOf(wanted) : wanted;
    const file = createTemporary(final, replace, replaces ? final : model, mark);
    others.push(file);
    return file.target;
  }

  function abandon(): void {
    if (!open) return;
    open = false;
    eachOf(all(), (file) => file.discard());
  }

  function commit(): void {
    const placed: TemporaryFile[] = [];
    try {
      for (const file of all()) file.finish(flush);
      for (const file of all()) checkFree(file.path, replace);
      for (const file of all()) {
        // Renaming replaces in one step: only what is followed by another may have to be taken back.
        file.place(file !== main);
        placed.push(file);
      }
    } catch (error) {
      try {
        eachOf(placed.toReversed(), (file) => file.takeBack());
      } finally {
        abandon();
      }
      throw error;
    }
    open = false;
    eachOf(placed, (file) => file.settle());
    if (flush) syncFolder(folder);
  }

  return {
    target: main.target,
    files: { name: baseNameOf(main.path), add },
    get paths() {
      return all().map((file) => file.path);
    },
    get fileLength() {
      return all().reduce((sum, { target }) => sum + target.size, 0);
    },
    get allocated() {
      const sizes = all().map(({ target }) => target.allocated);
      return sizes.reduce(
        (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
        0,
      );
    },
    commit,
    abandon,
  };
}

/** Does `work` for each, whatever goes wrong with some. @throws what went wrong first. */
function eachOf(files: readonly TemporaryFile[], work: (file: TemporaryFile) => void): void {
  const errors: unknown[] = [];
  for (const file of files) {
    try {
      work(file);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
