import i18next, { type TFunction } from "i18next";
import { en } from "../../renderer/text/en";

const texts = i18next.createInstance();
await texts.init({
  lng: "en",
  resources: { en: { translation: en } },
  interpolation: { escapeValue: false },
});

/** The English catalog, without a page. */
export const english: TFunction = texts.t;
