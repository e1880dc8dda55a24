import { describe, expect, it } from "vitest";
import { catalogOf, languageOf } from "../../shared/model/language";

describe("the language", () => {
  it("is the chosen one, whatever the system's", () => {
    expect(languageOf("vi", ["zh-CN"])).toBe("vi");
  });

  it("is the first of the system's that has a catalog", () => {
    expect(languageOf("auto", ["fr-FR", "vi-VN", "en-US"])).toBe("vi");
    expect(languageOf("auto", ["fr-FR"])).toBe("en");
    expect(languageOf("auto", [])).toBe("en");
  });

  it.each([
    ["zh", "zh-CN"],
    ["zh-SG", "zh-CN"],
    ["zh-Hans-HK", "zh-CN"],
    ["zh-TW", undefined],
    ["zh-Hant", undefined],
    ["en-GB", "en"],
    ["vi", "vi"],
    ["C", undefined],
    ["", undefined],
  ])("for %s is the catalog %s", (tag, catalog) => {
    expect(catalogOf(tag)).toBe(catalog);
  });
});
