import { describe, expect, it } from "vitest";
import { description, mimeInfo, mimeTypeNames } from "../../build/packaging/mime-types.mjs";
import { formats } from "../../electron/engine/formats/registry";
import { formatModels } from "../../electron/engine";

const models = formatModels();
const xml = mimeInfo(models, "icon");

describe("what desktops are told of the formats", () => {
  it("is a type for each, with every extension of the registry", () => {
    const globs = [...xml.matchAll(/<glob pattern="\*\.([^"]+)"/g)].map(
      ([, extension]) => extension,
    );
    expect(globs).toHaveLength(new Set(globs).size);
    expect(new Set(globs)).toEqual(new Set(formats.flatMap(({ extensions }) => extensions)));
    const types = [...xml.matchAll(/<mime-type type="([^"]+)"/g)].map(([, type]) => type);
    expect(new Set(types).size).toBe(types.length);
    expect(mimeTypeNames(models)).toEqual(expect.arrayContaining(types));
  });

  it("is refused for a format whose type nobody wrote down", () => {
    const [model] = models;
    expect(() => mimeInfo([{ ...model, id: "new" } as never], "icon")).toThrow(/lacks format new/);
  });

  it("reads as a sentence does", () => {
    expect(description([{ label: "VDI" }])).toBe("VDI disk image");
    expect(description([{ label: "Raw disk" }])).toBe("Raw disk image");
  });
});
