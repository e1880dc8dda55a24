/** Every text of a catalog by its key, `area.group.name`. */
export function textsIn(catalog: object, prefix = ""): Map<string, string> {
  return new Map(
    Object.entries(catalog).flatMap(([key, value]: [string, unknown]): [string, string][] =>
      typeof value === "object" && value !== null
        ? [...textsIn(value, `${prefix}${key}.`)]
        : [[`${prefix}${key}`, String(value)]],
    ),
  );
}

/** The keys that a language has to have for these English texts: sorted, with its own plural forms. */
export function pluralKeys(english: ReadonlyMap<string, string>, language: string): string[] {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const keys = [...english.keys()].flatMap((key) => {
    if (key.endsWith("_one") && english.has(key.replace(/_one$/, "_other"))) return [];
    if (!key.endsWith("_other")) return [key];
    return forms.map((form) => key.replace(/_other$/, `_${form}`));
  });
  return keys.toSorted();
}

/** What a text has filled in, sorted, each once. */
export function placeholdersOf(text: string): string[] {
  return [
    ...new Set([...text.matchAll(/\{\{(.*?)\}\}/g)].map(([, name]) => name ?? "")),
  ].toSorted();
}
