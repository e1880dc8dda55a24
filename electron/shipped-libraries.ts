import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { librarySchema, type Library } from "../shared/model/shipped-library";

/** The parts of the build that ship libraries; each has a list of them. */
const parts = ["main", "renderer"];

/**
 * What the build in the folder `out` is made of besides our own code, each library once, by name.
 * `running` has the versions of those that are not bundled, but told by the process itself.
 * @throws when a list is missing or damaged.
 */
export async function shippedLibraries(
  out: string,
  running: Readonly<Record<string, string>>,
): Promise<Library[]> {
  const lists = await Promise.all(
    parts.map(async (part) => {
      const text = await readFile(join(out, part, "licences.json"), "utf8");
      return z.array(librarySchema).parse(JSON.parse(text));
    }),
  );
  const byName = new Map(lists.flat().map((library) => [library.name, library]));
  return [...byName.values()]
    .map((library) => ({ ...library, version: running[library.name] ?? library.version }))
    .sort((a, b) => a.name.localeCompare(b.name, "en"));
}
