import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { shippedLibraries } from "../../electron/shipped-libraries";
import { tempFolder } from "../helpers/temp-folder";

const library = (name: string, version: string) => ({ name, version, licence: "MIT", text: "…" });

function built(main: unknown, renderer: unknown): string {
  const out = tempFolder();
  for (const [part, list] of Object.entries({ main, renderer })) {
    mkdirSync(join(out, part));
    writeFileSync(join(out, part, "licences.json"), JSON.stringify(list));
  }
  return out;
}

describe("the libraries that are shipped", () => {
  it("are those of both parts, each once, by name, the running ones as they run", async () => {
    const out = built(
      [library("zod", "4"), library("electron", "45")],
      [library("react", "19"), library("zod", "4")],
    );
    expect(await shippedLibraries(out, { electron: "33.2.1" })).toEqual([
      library("electron", "33.2.1"),
      library("react", "19"),
      library("zod", "4"),
    ]);
  });

  it("are not told from a damaged list", async () => {
    await expect(shippedLibraries(built([{ name: "zod" }], []), {})).rejects.toThrow(/version/);
  });
});
