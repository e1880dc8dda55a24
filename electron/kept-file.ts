import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Writes a value as JSON, also in a folder that is not there yet. Whoever is killed meanwhile leaves the old
 * file or the new one, whole, and at most a `.new` beside it. Not for two writes of one file at a time.
 */
export async function writeKeptFile(file: string, value: unknown): Promise<void> {
  const beside = `${file}.new`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(beside, `${JSON.stringify(value, null, 2)}\n`, { flush: true });
  await rename(beside, file);
}
