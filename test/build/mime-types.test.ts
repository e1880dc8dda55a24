import { describe, expect, it } from "vitest";
import {
  description,
  mimeInfo,
  mimeTypeNames,
  openedTypes,
} from "../../build/packaging/mime-types.mjs";
import { formats } from "../../electron/engine/formats/registry";
import { signatureOf } from "../../electron/engine/formats/vmdk/signature";
import { memorySource } from "../../electron/engine/io/memory";
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

  it("leaves archives to whatever opens them, and names them as what Lamina can open", () => {
    const opened = openedTypes(models);
    expect(opened).toEqual(expect.arrayContaining(mimeTypeNames(models)));
    const packed = opened.filter((type) => !mimeTypeNames(models).includes(type));
    for (const type of packed) expect(xml).not.toContain(`"${type}"`);
    expect(packed).toEqual(
      expect.arrayContaining(["application/ovf", "application/gzip", "application/zstd"]),
    );
  });

  it.each([
    ["COWD", [0x43, 0x4f, 0x57, 0x44, 1, 0, 0, 0]],
    ["seSparse", [0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0]],
  ])("knows %s extents by the bytes that the engine knows them by", (signature, bytes) => {
    const source = memorySource(Uint8Array.from(bytes));
    expect(signatureOf(source)).toBe(signature);
    const written = bytes.map((byte, index) =>
      signature === "COWD" && index < 4
        ? signature[index]
        : `\\x${byte.toString(16).padStart(2, "0")}`,
    );
    expect(xml).toContain(`value="${written.join("")}"`);
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
