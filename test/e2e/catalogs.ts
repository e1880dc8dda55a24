import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Language } from "../../shared/model/language";

const folder = resolve(import.meta.dirname, "../../renderer/text");

interface Texts {
  readonly [key: string]: string | Texts;
}

/** The texts of a language by their keys, such as "image.tabs.map". */
export function readCatalog(language: Language): ReadonlyMap<string, string> {
  const files = readdirSync(join(folder, language)).filter((name) => name.endsWith(".json"));
  return new Map(
    files.flatMap((file) => {
      const texts = JSON.parse(readFileSync(join(folder, language, file), "utf8")) as Texts;
      return flatten(texts, file.slice(0, -".json".length));
    }),
  );
}

function flatten(texts: Texts, prefix: string): [string, string][] {
  return Object.entries(texts).flatMap(([key, text]) => {
    const path = `${prefix}.${key}`;
    return typeof text === "string" ? [[path, text]] : flatten(text, path);
  });
}

/**
 * Which of these texts a window in this language must not show: keys of the catalog, and English
 * sentences that have a translation. A word alone may be a name.
 */
export function untranslated(texts: readonly string[], language: Language): string[] {
  const english = readCatalog("en");
  const own = readCatalog(language);
  const right = new Set(own.values());
  const wrong = new Set([...english.values()].filter((text) => text.includes(" ")));
  return texts.filter(
    (text) => english.has(text) || own.has(text) || (wrong.has(text) && !right.has(text)),
  );
}
