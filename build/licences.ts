import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin } from "vite";
import type { Library } from "../shared/model/shipped-library";

const root = resolve(import.meta.dirname, "..");

/**
 * Writes licences.json beside the bundle: every package of which something is in it, with the text of
 * its licence where it carries one. The build fails for a package that states none.
 *
 * @param alongside packages that are shipped beside the bundle, not in it
 */
export function licences(alongside: readonly string[] = []): Plugin {
  return {
    name: "licences",
    generateBundle(_options, bundle) {
      const scripts = Object.values(bundle).flatMap((part) =>
        part.type === "chunk" ? part.moduleIds : [],
      );
      // Style sheets and fonts leave no module in a chunk.
      const sheets = [...this.getModuleIds()].filter((id) => /\.css(?:$|\?)/.test(id));
      const names = [...scripts, ...sheets].flatMap((id) => packageOf(id) ?? []);
      const libraries = [...new Set([...names, ...alongside])].sort().map(describe);
      this.emitFile({
        type: "asset",
        fileName: "licences.json",
        source: `${JSON.stringify(libraries, null, 1)}\n`,
      });
    },
  };
}

/** The package that a module's path lies in; undefined for our own code. */
function packageOf(id: string): string | undefined {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll("\\", "/"))?.[1];
}

function describe(name: string): Library {
  const folder = join(root, "node_modules", name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    version: string;
    license?: string;
    author?: string | { name: string };
  };
  const file = readdirSync(folder).find((each) => /^(?:licen[cs]e|copying)(?:$|\.)/i.test(each));
  if (manifest.license === undefined) throw new Error(`${name} is shipped, but states no licence`);
  const author = typeof manifest.author === "object" ? manifest.author.name : manifest.author;
  const text =
    file === undefined
      ? `${manifest.license}. Copyright (c) ${author ?? "its authors"}. The package carries no text of its licence.`
      : readFileSync(join(folder, file), "utf8").trim();
  return { name, version: manifest.version, licence: manifest.license, text };
}
