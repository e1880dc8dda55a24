import i18next from "i18next";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { formatSize } from "../../renderer/text/format";
import { setLanguage, setUnits, startText } from "../../renderer/text/i18n";
import enSettings from "../../renderer/text/en/settings.json";
import viSettings from "../../renderer/text/vi/settings.json";
import zhSettings from "../../renderer/text/zh-CN/settings.json";

const page = { documentElement: { lang: "" } };
const title = (): string => i18next.t("settings.title");

/** Makes the system speak these languages, the most wanted first. */
const speak = (...languages: string[]) => void vi.stubGlobal("navigator", { languages });

beforeAll(async () => {
  vi.stubGlobal("document", page);
  await startText();
});
beforeEach(() => speak("en-US"));

describe("the language", () => {
  it.each([
    ["en", enSettings],
    ["vi", viSettings],
    ["zh-CN", zhSettings],
  ] as const)("is %s when that is chosen", async (language, texts) => {
    await setLanguage(language);
    expect(title()).toBe(texts.title);
    expect(page.documentElement.lang).toBe(language);
  });

  it.each([
    [["vi-VN", "en-US"], "vi"],
    [["fr-FR", "zh-SG", "en"], "zh-CN"],
    [["zh"], "zh-CN"],
    [["zh-Hans-HK"], "zh-CN"],
    [["zh-TW", "vi"], "vi"],
    [["de-DE"], "en"],
    [["en-US@posix", "vi"], "vi"],
    [[], "en"],
  ])("of a system that speaks %j is %s", async (spoken, language) => {
    speak(...spoken);
    await setLanguage("auto");
    expect(page.documentElement.lang).toBe(language);
    expect(i18next.language).toBe(language);
  });

  it("brings its numbers, in the system's region where that speaks it", async () => {
    await setLanguage("vi");
    expect(formatSize(1536)).toBe("1,5\u00a0KiB");
    speak("vi", "en-ZA");
    await setLanguage("en");
    const { format } = new Intl.NumberFormat("en-ZA", { minimumFractionDigits: 1 });
    expect(formatSize(1536)).toBe(`${format(1.5)}\u00a0KiB`);
    speak("vi");
    await setLanguage("en");
    expect(formatSize(1536)).toBe("1.5\u00a0KiB");
  });

  it("falls back to English where its catalog has a gap", async () => {
    await setLanguage("vi");
    const texts: unknown = i18next.getResource("vi", "translation", "settings");
    Reflect.deleteProperty(texts as object, "done");
    expect(title()).toBe(viSettings.title);
    expect(i18next.t("settings.done")).toBe(enSettings.done);
  });

  it("is the one chosen last, whichever catalog is read first", async () => {
    await Promise.all([setLanguage("zh-CN"), setLanguage("vi"), setLanguage("en")]);
    expect(title()).toBe(enSettings.title);
    expect(page.documentElement.lang).toBe("en");
  });
});

it("new units make everything that shows a text draw anew", () => {
  let redrawn = 0;
  // What react-i18next does for each component that uses texts.
  i18next.on(i18next.options.react?.bindI18n || "", () => (redrawn += 1));
  setUnits("decimal");
  expect(formatSize(2000)).toBe("2.0\u00a0kB");
  setUnits("binary");
  expect(redrawn).toBe(2);
});
