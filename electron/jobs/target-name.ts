import { basename, dirname, extname, join } from "node:path";

/**
 * A path beside `source` that is free: `disk.raw` becomes `disk.qcow2`, and `disk-2.qcow2` and so on
 * while that is taken.
 *
 * @param extension of the target, without the dot
 * @param known the extensions, without the dot, that may be cut off the source's name
 */
export async function suggestTarget(
  source: string,
  extension: string,
  known: readonly string[],
  isTaken: (path: string) => boolean | Promise<boolean>,
): Promise<string> {
  const name = basename(source);
  const own = extname(name);
  // "debian-12.5" has no extension of an image: nothing is cut off.
  const stem = known.includes(own.slice(1).toLowerCase()) ? name.slice(0, -own.length) : name;
  const folder = dirname(source);
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? "" : `-${number}`;
    const path = join(folder, `${stem}${suffix}.${extension}`);
    // Each candidate depends on the one before it being taken.
    // oxlint-disable-next-line no-await-in-loop
    if (!(await isTaken(path))) return path;
  }
}
