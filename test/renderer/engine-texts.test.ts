import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { factNames, factWords } from "../../electron/engine/formats/fact-texts";
import { findingTexts } from "../../electron/engine/formats/finding-texts";
import { formats } from "../../electron/engine/formats/registry";
import { filePartNameSchema } from "../../shared/model/bytes";
import { checkFindingIdSchema } from "../../shared/model/check";
import { factIdSchema, factWordsSchema } from "../../shared/model/facts";
import { formatIdSchema } from "../../shared/model/format";
import { checkText } from "../../renderer/text/check-text";
import { detailName, detailText } from "../../renderer/text/detail-text";
import { en } from "../../renderer/text/en";
import { placeholdersOf } from "../helpers/catalog";
import { english as t } from "../helpers/english";

const engine = resolve(import.meta.dirname, "../../electron/engine");

const keys = (texts: object): string[] => Object.keys(texts).toSorted();
/** What "{name}" of the engine and "{{name}}" of the catalogs stand for. */
const named = (text: string) => placeholdersOf(text.replaceAll(/\{+(\w+)\}+/g, "{{$1}}"));

describe("what the engine says in words", () => {
  it.each([
    ["findings of checks", checkFindingIdSchema.options, en.check.finding, findingTexts],
    ["names of facts", factIdSchema.options, en.facts.name, factNames],
    ["facts in words", factWordsSchema.options, en.facts.words, factWords],
  ])("has its text in the catalogs, and in English: %s", (_, ids, catalog, english) => {
    expect(keys(catalog)).toEqual([...ids].toSorted());
    expect(keys(english)).toEqual([...ids].toSorted());
  });

  it("names the same in the catalogs and in English", () => {
    const pairs = [
      ...checkFindingIdSchema.options
        // The engine's own message stands there instead.
        .filter((id) => id !== "part-unreadable")
        .map((id) => [id, en.check.finding[id], findingTexts[id]] as const),
      ...factIdSchema.options.map((id) => [id, en.facts.name[id], factNames[id]] as const),
      ...factWordsSchema.options.map((id) => [id, en.facts.words[id], factWords[id]] as const),
    ];
    const different = pairs.filter(
      ([, text, english]) => named(text).join() !== named(english).join(),
    );
    expect(different).toEqual([]);
  });

  it("is nothing else: other names are fields, spelled as their specification does", () => {
    const sources = readdirSync(engine, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(engine, name), "utf8"));
    const literal = sources.flatMap((source) =>
      [...source.matchAll(/\{ name: ["`]([^"`]+)["`], value\b/g)].map(([, name]) => name ?? ""),
    );
    expect(literal).toContain("uuidCreate");
    expect(literal.filter((name) => /\s/.test(name))).toEqual([]);
  });

  it("is told of formats, their parts, variants and options", () => {
    for (const names of [en.facts.format, en.facts.title])
      expect(keys(names)).toEqual([...formatIdSchema.options].toSorted());
    expect(keys(en.bytes.called)).toEqual([...filePartNameSchema.options].toSorted());
    const variants = formats.flatMap((format) => format.variants ?? []).map(({ name }) => name);
    expect(keys(en.overview.takes.name)).toEqual([...new Set(variants)].toSorted());
    const options = formats.flatMap((format) => format.options);
    expect(keys(en.convert.option)).toEqual(
      [...new Set(options.map(({ name }) => name))].toSorted(),
    );
  });
});

describe("a fact", () => {
  const kib = "\u00a0KiB";
  it.each([
    [{ name: "cBlocks", value: 3200 }, "cBlocks", "3,200"],
    [{ id: "saved-state", name: "saved state", value: true }, "Saved state", "yes"],
    [{ id: "header-length", name: "", value: 112, unit: "bytes" }, "Header length", "112 bytes"],
    [
      { id: "volume-size", name: "", value: 2 ** 16, unit: "bytes" },
      "Volume size",
      `64${kib} (65,536 bytes)`,
    ],
    [{ id: "chunks", name: "", value: 2, values: { kind: "zlib" } }, "Chunks, zlib", "2"],
    [
      {
        id: "disk-in-archive",
        name: "",
        value: "",
        words: "disk-in-archive",
        values: { name: "a.raw", format: "raw", size: 512, offset: 1024 },
      },
      "Disk in the archive",
      "a.raw: raw, 512 bytes at 0x400",
    ],
  ] as const)("is shown by its key: %j", (fact, name, text) => {
    expect(detailName(fact, t)).toBe(name);
    expect(detailText(fact, t)).toBe(text);
  });
});

describe("a finding", () => {
  const finding = { kind: "corruption", at: 0, text: "" } as const;

  it("is shown by its key, with its place and counts", () => {
    const values = { number: 1200, offset: 4096 };
    expect(checkText({ ...finding, id: "grain-past-end", values }, t)).toBe(
      "Grain 1,200 lies past the end of the file, at 0x1000",
    );
  });

  it("that is a failure is told as one", () => {
    const values = { code: "invalid-table" };
    const text = checkText({ ...finding, id: "part-unreadable", values, text: "x is odd" }, t);
    expect(text).toContain(en.failure.title["invalid-table"]);
  });
});
