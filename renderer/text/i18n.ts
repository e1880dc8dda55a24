import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { setFormatLocale } from "./format";
import { en } from "./en";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}

/**
 * Makes the texts ready; call it once, before the first picture. Numbers and dates follow the
 * system's region where its language is the catalog's, so that a page never mixes two languages.
 */
export async function startText(systemLocale: string): Promise<void> {
  const language = "en";
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: { [language]: { translation: en } },
    // React escapes.
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = language;
  setFormatLocale(systemLocale.split("-")[0] === language ? systemLocale : language);
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
