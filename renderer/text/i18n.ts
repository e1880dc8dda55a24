import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { setFormatLocale, setFormatUnits } from "./format";
import { en } from "./en";
import { catalogOf, languageOf, type Language } from "../../shared/model/language";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}

/** Read when they are first wanted: most windows need one of them. English texts fill their gaps. */
const catalogs = import.meta.glob<object>("./{vi,zh-CN}/*.json", { import: "default" });

/** The language asked for last: an older one that is still being read gives way to it. */
let wanted: Language | undefined;

/** Makes the texts ready, in English; call it once, before `setLanguage` and the first picture. */
export async function startText(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    // React escapes.
    interpolation: { escapeValue: false },
    // Whoever shows a size shows a text with it, so new units redraw the same components.
    react: { bindI18n: "languageChanged unitsChanged" },
  });
}

/**
 * Shows every text in this language; "auto" is the first of the system's languages that has a
 * catalog, or English. Numbers and dates follow the system's region where its language is the
 * catalog's, so that a page never mixes two languages.
 */
export async function setLanguage(chosen: Language | "auto"): Promise<void> {
  const system = navigator.languages;
  const language = languageOf(chosen, system);
  wanted = language;
  if (!i18next.hasResourceBundle(language, "translation")) await readCatalog(language);
  if (wanted !== language) return;
  document.documentElement.lang = language;
  setFormatLocale(system.find((tag) => catalogOf(tag) === language) ?? language);
  await i18next.changeLanguage(language);
}

/** Shows every size in these units, on everything that is drawn already, too. */
export function setUnits(units: "binary" | "decimal"): void {
  setFormatUnits(units);
  i18next.emit("unitsChanged");
}

/** Puts the files of a language's folder together as `en/index.ts` does. */
async function readCatalog(language: Language): Promise<void> {
  const folder = `./${language}/`;
  const areas = Object.entries(catalogs)
    .filter(([file]) => file.startsWith(folder))
    .map(async ([file, read]) => [file.slice(folder.length, -".json".length), await read()]);
  const catalog: unknown = Object.fromEntries(await Promise.all(areas));
  i18next.addResourceBundle(language, "translation", catalog);
}

/** Whether the catalog has a title for an error of this code. */
export function hasFailureTitle(code: string): code is keyof typeof en.failure.title {
  return code in en.failure.title;
}

/** Whether the catalog names this variant of a format. */
export function hasVariantName(variant: string): variant is keyof typeof en.overview.takes.name {
  return variant in en.overview.takes.name;
}

/** Whether the catalog explains the creation option of this name. */
export function hasOptionText(name: string): name is keyof typeof en.convert.option {
  return name in en.convert.option;
}

/** Whether the catalog has a word for this way of preallocation. */
export function hasChoiceText(value: string): value is keyof typeof en.convert.preallocation {
  return value in en.convert.preallocation;
}

/** Whether the catalog has a word for this subformat; others keep their specification's spelling. */
export function hasSubformatText(value: string): value is keyof typeof en.convert.subformat {
  return value in en.convert.subformat;
}
