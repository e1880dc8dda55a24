import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { literalTexts } from "./literal-texts";

const renderer = resolve(import.meta.dirname, "../../renderer");
const components = readdirSync(renderer, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".tsx"),
);

describe("text outside the catalogs", () => {
  it("is in no component", () => {
    const found = components.flatMap((name) =>
      literalTexts(name, readFileSync(join(renderer, name), "utf8")).map((text) => ({
        name,
        text,
      })),
    );
    expect(found).toEqual([]);
  });

  it.each([
    ["<b>Open</b>", "Open"],
    ["<b>Größe</b>", "Größe"],
    ['<b>{"Open"}</b>', "Open"],
    ['<b>{ready ? "Open" : t("a.b")}</b>', "Open"],
    ["<b>{`${size} free`}</b>", "free"],
    ['<i title="Open" />', "Open"],
    ['<i aria-label={name ?? "Open"} />', "Open"],
    ['<i aria-label={"Open " + name} />', "Open"],
    ['<Field label="Size" />', "Size"],
    ["<b>打开</b>", "打开"],
  ])("is found in %s", (source, text) => {
    expect(literalTexts("a.tsx", source)).toEqual([text]);
  });

  it.each([
    '<b>{t("app.open")}</b>',
    '<i className="row" role="status" />',
    "<b>{size} · {share}</b>",
    '<i title={t("app.open")} data-kind="open" />',
    '<b>{state === "open" && <i />}</b>',
  ])("is not seen in %s", (source) => {
    expect(literalTexts("a.tsx", source)).toEqual([]);
  });
});
