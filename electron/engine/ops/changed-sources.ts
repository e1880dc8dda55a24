import type { ByteSource } from "../io/source";

/**
 * The part of a conversion's result that names the files that were written to since they were opened: what
 * was read of them may be some of before and some of after. Empty when there is none.
 * @throws ImageError `io`.
 */
export function changedOf(files: readonly ByteSource[]): {
  readonly sourceChanged?: readonly string[];
} {
  const changed = files.filter((file) => file.changed?.() === true).map(({ name }) => name);
  return changed.length === 0 ? {} : { sourceChanged: [...new Set(changed)] };
}
