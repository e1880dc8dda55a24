import { ImageError } from "../errors";

/** Parts in a row that may hold nothing: programs write one, at the end. */
const mostEmpty = 1000;

/**
 * Watches over the parts (blocks, members, frames) that packed data is made of. Each takes a few bytes and
 * its time, so that a small file, or a hole, could keep a reader busy for minutes with nothing.
 * @param name What the data is, for the error.
 * @returns A function that takes the bytes each part has unpacked to; it throws ImageError `corrupt-data`
 *   when too many in a row hold nothing.
 */
export function watchEmptyParts(name: string): (length: number) => void {
  let empty = 0;
  return (length) => {
    empty = length > 0 ? 0 : empty + 1;
    if (empty > mostEmpty)
      throw new ImageError(
        "corrupt-data",
        `${name} data is damaged: more than ${mostEmpty} parts in a row hold nothing`,
        { expected: `at most ${mostEmpty}` },
      );
  };
}
