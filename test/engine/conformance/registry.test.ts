import { describe, expect, it } from "vitest";
import {
  formatById,
  formatModels,
  formats,
  probeFormat,
} from "../../../electron/engine/formats/registry";
import { memorySource } from "../../../electron/engine/io/memory";
import { formatIdSchema, formatModelSchema } from "../../../shared/model/format";
import { random, runSeed } from "../../helpers/seed";
import { samples } from "./samples";

describe("the registry", () => {
  it("has every format that the screens know, and samples for each", () => {
    const ids = formats.map((format) => format.id);
    expect([...ids].sort()).toEqual([...formatIdSchema.options].sort());
    expect(Object.keys(samples).sort()).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("probes raw last, since raw takes anything", () => {
    expect(formats.map((format) => format.id).at(-1)).toBe("raw");
  });

  it("describes each format as plain data", () => {
    for (const model of formatModels())
      expect(formatModelSchema.parse(structuredClone(model))).toEqual(model);
    const written = formats.filter((format) => format.create).map((format) => format.id);
    const writable = formatModels().filter((model) => model.writable);
    expect(writable.map((model) => model.id)).toEqual(written);
    // What is only read cannot be written compressed.
    const compressed = formatModels().filter((model) => model.compresses);
    expect(written).toEqual(expect.arrayContaining(compressed.map((model) => model.id)));
  });

  it("finds a format by its id and names those there are otherwise", () => {
    for (const format of formats) expect(formatById(format.id)).toBe(format);
    expect(() => formatById("vmdk3")).toThrow(expect.objectContaining({ code: "unsupported" }));
  });

  it("takes short, empty and random input for raw, without an error", () => {
    const chance = random(runSeed);
    for (const length of [0, 1, 4, 511, 512, 32774, 40_000]) {
      const bytes = new Uint8Array(length);
      expect(probeFormat(memorySource(bytes)).id).toBe("raw");
      chance.fill(bytes);
      bytes[0] = 0;
      expect(probeFormat(memorySource(bytes)).id).toBe("raw");
    }
  });
});
