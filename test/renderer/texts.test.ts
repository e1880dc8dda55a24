import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import i18next from "i18next";
import { describe, expect, it } from "vitest";
import { en } from "../../renderer/text/en";

const renderer = resolve(import.meta.dirname, "../../renderer");

const code = readdirSync(renderer, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(join(renderer, name), "utf8"))
  .join("\n");

/** The keys of every text, without the ending of a plural. */
function keysOf(texts: object, prefix = ""): string[] {
  return Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" && value !== null
      ? keysOf(value, `${prefix}${key}.`)
      : [`${prefix}${key.replace(/_(one|other)$/, "")}`],
  );
}

/** Keys as the code writes them, with `${…}` where one is put together. */
const written = [...code.matchAll(/["`]([a-zA-Z]+(?:\.(?:[\w-]|\$\{[^}]+\})+)+)["`]/g)].map(
  ([, key]) =>
    new RegExp(`^${(key ?? "").replaceAll(".", "\\.").replace(/\$\{[^}]+\}/g, "[\\w-]+")}$`),
);

describe("the English catalog", () => {
  it("has no text that no component shows", () => {
    const unused = [...new Set(keysOf(en))].filter((key) => !written.some((one) => one.test(key)));
    expect(unused).toEqual([]);
  });

  it("counts by the language's own rules", async () => {
    const texts = i18next.createInstance();
    await texts.init({ lng: "en", resources: { en: { translation: en } } });
    expect(texts.t("image.badges.snapshots", { count: 1 })).toBe("1 snapshot");
    expect(texts.t("image.badges.snapshots", { count: 4 })).toBe("4 snapshots");
  });
});
