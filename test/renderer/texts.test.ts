import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import i18next from "i18next";
import { describe, expect, it } from "vitest";
import { en } from "../../renderer/text/en";
import { placeholdersOf, pluralKeys, textsIn } from "../helpers/catalog";

const renderer = resolve(import.meta.dirname, "../../renderer");
const languages = ["en", "vi", "zh-CN"];

const code = readdirSync(renderer, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(join(renderer, name), "utf8"))
  .join("\n");

const english = textsOf("en");

/** Keys as the code writes them, with `${…}` where one is put together. */
const written = [...code.matchAll(/["`]([a-zA-Z]+(?:\.(?:[\w-]|\$\{[^}]+\})+)+)["`]/g)].map(
  ([, key]) =>
    new RegExp(`^${(key ?? "").replaceAll(".", "\\.").replace(/\$\{[^}]+\}/g, "[\\w-]+")}$`),
);

/** Every text of a language by its key, from the files of its folder. */
function textsOf(language: string): ReadonlyMap<string, string> {
  const folder = join(renderer, "text", language);
  const areas = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name): [string, unknown] => [
      name.slice(0, -".json".length),
      JSON.parse(readFileSync(join(folder, name), "utf8")),
    ]);
  return textsIn(Object.fromEntries(areas));
}

describe("the English catalog", () => {
  it("has no text that no component shows", () => {
    const keys = [...english.keys()].map((key) => key.replace(/_(one|other)$/, ""));
    const unused = [...new Set(keys)].filter((key) => !written.some((one) => one.test(key)));
    expect(unused).toEqual([]);
  });

  it("holds all files of its folder", () => {
    expect([...textsIn(en).keys()].toSorted()).toEqual([...english.keys()].toSorted());
  });

  it("counts by the language's own rules", async () => {
    const texts = i18next.createInstance();
    await texts.init({ lng: "en", resources: { en: { translation: en } } });
    expect(texts.t("image.badges.snapshots", { count: 1 })).toBe("1 snapshot");
    expect(texts.t("image.badges.snapshots", { count: 4 })).toBe("4 snapshots");
  });
});

describe.each(languages)("the catalog of %s", (language) => {
  const texts = textsOf(language);

  it("has the keys of the English one, with the plural forms of its language", () => {
    expect([...texts.keys()].toSorted()).toEqual(pluralKeys(english, language));
  });

  it("fills in what the English texts fill in", () => {
    const different = [...texts].flatMap(([key, text]) => {
      // A form for one number alone may leave the number out.
      if (key.endsWith("_one")) return [];
      const wanted = placeholdersOf(english.get(key) ?? "");
      const found = placeholdersOf(text);
      return wanted.join() === found.join() ? [] : [{ key, wanted, found }];
    });
    expect(different).toEqual([]);
  });

  it("has no text that is empty, or blank at its ends", () => {
    expect([...texts].filter(([, text]) => text === "" || text !== text.trim())).toEqual([]);
  });

  it("tells what asks first by its three dots", () => {
    const different = [...texts].filter(
      ([key, text]) => english.has(key) && english.get(key)?.endsWith("…") !== text.endsWith("…"),
    );
    expect(different).toEqual([]);
  });
});

describe.each(languages.filter((language) => language !== "en"))("the texts of %s", (language) => {
  it("are not the English ones", () => {
    // Names and terms are the same in every language; sentences are not.
    const sentence = /(?:^|\s)[a-z]{2,}\s[a-z]+\s[a-z]{2,}/;
    const same = [...textsOf(language)].filter(
      ([key, text]) => text === english.get(key) && sentence.test(text),
    );
    expect(same).toEqual([]);
  });
});
