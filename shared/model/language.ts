/** The languages that have a catalog, as BCP 47 tags. */
const languages = ["en", "vi", "zh-CN"] as const;
export type Language = (typeof languages)[number];

/** The language to speak: the chosen one, or the first of the system's that has a catalog, or English. */
export function languageOf(chosen: Language | "auto", system: readonly string[]): Language {
  if (chosen !== "auto") return chosen;
  return system.map(catalogOf).find((language) => language !== undefined) ?? "en";
}

/**
 * The catalog that readers of this language know; those of traditional Chinese script have none.
 *
 * @param tag a BCP 47 tag of the system; one that is none has no catalog
 */
export function catalogOf(tag: string): Language | undefined {
  let locale: Intl.Locale;
  try {
    locale = new Intl.Locale(tag);
  } catch {
    return undefined;
  }
  // What is meant by a tag without a script takes milliseconds to find out: for Chinese alone.
  if (locale.language === "zh") return locale.maximize().script === "Hans" ? "zh-CN" : undefined;
  return languages.find((one) => one === locale.language);
}
