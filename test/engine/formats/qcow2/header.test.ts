import { describe, expect, it } from "vitest";
import { qcow2 } from "../../../../electron/engine/formats/qcow2";
import { memorySource } from "../../../../electron/engine/io/memory";
import { filled, handmade, imageErrorOf, openBytes, type Handmade } from "./handmade";
import { plainFacts } from "../../../helpers/plain-facts";

/** The image with one big-endian field changed. */
function withField(parts: Handmade, at: number, width: 1 | 4 | 8, value: bigint): Uint8Array {
  const bytes = handmade(parts);
  const view = new DataView(bytes.buffer);
  if (width === 8) view.setBigUint64(at, value);
  else if (width === 4) view.setUint32(at, Number(value));
  else view.setUint8(at, Number(value));
  return bytes;
}

function refusal(bytes: Uint8Array) {
  return imageErrorOf(() => openBytes(bytes));
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** One entry of a feature name table. */
function featureName(set: number, bit: number, name: string): Uint8Array {
  const entry = new Uint8Array(48);
  entry.set([set, bit]);
  entry.set(text(name), 2);
  return entry;
}

describe("probe", () => {
  it("knows versions 2 and 3, and a version to come", () => {
    for (const version of [2n, 3n, 4n]) {
      expect(qcow2.probe(memorySource(withField({}, 4, 4, version)))).toBe(true);
    }
  });

  it("leaves qcow version 1, which has the same magic, to another format", () => {
    const version1 = withField({}, 4, 4, 1n);
    expect(qcow2.probe(memorySource(version1))).toBe(false);
    expect(refusal(version1).code).toBe("not-this-format");
  });

  it("never throws for short or foreign bytes", () => {
    for (const length of [0, 1, 7, 8, 512]) {
      expect(qcow2.probe(memorySource(new Uint8Array(length)))).toBe(false);
    }
    expect(qcow2.probe(memorySource(handmade({}).subarray(0, 7)))).toBe(false);
  });
});

describe("header", () => {
  it("takes version 2's missing fields as implied, whatever lies there", () => {
    const bytes = handmade({ version: 2 });
    bytes.fill(0xff, 88, 104);
    const { facts } = openBytes(bytes);
    expect(facts.version).toBe("2");
    expect(facts.formatSpecific).toEqual({
      compat: "0.10",
      "compression-type": "zlib",
      "refcount-bits": 16,
    });
  });

  it("finds no compression type in a header of 104 bytes", () => {
    // Byte 104 is the first of the header extensions then.
    const extension = { type: 0xe2792aca, data: text("raw") };
    const bytes = handmade({ headerLength: 104, extensions: [extension], backingName: "base.raw" });
    expect(openBytes(bytes).parent).toEqual({ name: "base.raw", format: "raw" });
  });

  it("refuses a version that it does not know", () => {
    expect(refusal(withField({}, 4, 4, 4n))).toMatchObject({ code: "unsupported", found: 4 });
  });

  it.each([
    ["cluster size below 512", 20, 4, 8n, "invalid-header"],
    ["cluster size above 2 MiB", 20, 4, 22n, "invalid-header"],
    ["header length below 104", 100, 4, 96n, "invalid-header"],
    ["header length that is no multiple of 8", 100, 4, 108n, "invalid-header"],
    ["header length past the cluster", 100, 4, 65544n, "invalid-header"],
    ["refcount width past 64 bits", 96, 4, 7n, "invalid-header"],
    ["compression type without its feature bit", 104, 1, 1n, "invalid-header"],
    ["encryption method 3", 32, 4, 3n, "unsupported"],
    ["LUKS without its header's pointer", 32, 4, 2n, "invalid-header"],
    ["refcount table past 8 MiB", 56, 4, 129n, "limit"],
    ["refcount table off a cluster", 48, 8, 0x10200n, "invalid-table"],
    ["L1 table past 32 MiB", 36, 4, 4194305n, "limit"],
    ["L1 table past the file's end", 36, 4, 0x10000n, "truncated"],
    ["L1 table off a cluster", 40, 8, 0x30008n, "invalid-table"],
    ["L1 table in the header", 40, 8, 0n, "invalid-table"],
    ["L1 table too short for the disk", 24, 8, 2n ** 40n, "invalid-header"],
    ["disk past 2^53 bytes", 24, 8, 2n ** 53n, "limit"],
    ["backing file name past the cluster", 8, 8, 0x10008n, "invalid-header"],
    ["backing file name in the header", 8, 8, 8n, "invalid-header"],
  ] as const)("refuses: %s", (_, at, width, value, code) => {
    const bytes = withField({}, at, width, value);
    const error = refusal(bytes);
    expect(error.code).toBe(code);
    expect(error.file).toBe("image.qcow2");
    expect(error.at).toBeTypeOf("number");
  });

  it.each([
    ["no refcount table", 56, 4, 0n],
    ["refcount table past the file's end", 48, 8, 0x50000n],
    ["refcount table in the header", 48, 8, 0n],
  ] as const)("opens what can be read all the same: %s", (_, at, width, value) => {
    const layer = openBytes(withField({}, at, width, value));
    expect(layer.size).toBe(openBytes(handmade({})).size);
    // Found by the fuzzer (seed 303, case 5927): counted in a table behind the file's end.
    expect(layer.usedBytes?.()).toBe(0);
  });

  it.each([
    ["too many", 60, 4, 65537n, "limit"],
    ["a table past the file's end", 64, 8, 0x1000000n, "truncated"],
    ["a table off a cluster", 64, 8, 0x10200n, "invalid-table"],
    ["a table in the header", 64, 8, 0n, "invalid-table"],
  ] as const)("opens without its snapshots: %s", (_, at, width, value, code) => {
    const bytes = withField({}, at, width, value);
    // A table needs an entry to be looked for.
    if (at === 64) new DataView(bytes.buffer).setUint32(60, 1);
    const { facts, lostSnapshots } = openBytes(bytes);
    expect(facts.snapshots).toEqual([]);
    expect(lostSnapshots).toMatchObject({ code, file: "image.qcow2" });
    expect(lostSnapshots?.at).toBeTypeOf("number");
  });

  it("refuses compression types other than zlib and zstd", () => {
    const parts = { incompatible: 1n << 3n };
    expect(refusal(handmade({ ...parts, compressionType: 2 })).code).toBe("unsupported");
    expect(refusal(handmade({ ...parts, compressionType: 0 })).code).toBe("invalid-header");
    expect(openBytes(handmade({ ...parts, compressionType: 1 })).facts.compression).toBe("zstd");
  });

  it("refuses extended L2 entries in clusters below 16 KiB", () => {
    const parts = { incompatible: 1n << 4n };
    expect(refusal(handmade({ ...parts, clusterBits: 13 })).code).toBe("invalid-header");
    expect(openBytes(handmade({ ...parts, clusterBits: 14 })).blockSize).toBe(16384);
  });

  it("leaves off a broken last sector of the disk, as qemu does", () => {
    expect(openBytes(handmade({ size: 1000 })).size).toBe(512);
  });

  it("lets the file end inside the refcount table's last cluster", () => {
    const bytes = handmade({ clusterBits: 9, size: 512 });
    const moved = new Uint8Array(bytes.length + 8);
    moved.set(bytes);
    new DataView(moved.buffer).setBigUint64(48, BigInt(bytes.length));
    expect(openBytes(moved).size).toBe(512);
  });
});

describe("features", () => {
  it("refuses unknown incompatible bits by the names that the image gives them", () => {
    const names = new Uint8Array(96);
    names.set(featureName(1, 5, "not this one"));
    names.set(featureName(0, 5, "quantum clusters"), 48);
    const extensions = [{ type: 0x6803f857, data: names }];
    const error = refusal(handmade({ incompatible: (1n << 5n) | (1n << 63n), extensions }));
    expect(error.code).toBe("unsupported");
    expect(error.message).toContain("quantum clusters, incompatible feature bit 63");
    expect(error.found).toBe("quantum clusters, Unknown incompatible feature: 8000000000000000");
  });

  it("reads the last name although its zeros are cut off", () => {
    const extensions = [{ type: 0x6803f857, data: featureName(0, 63, "short").subarray(0, 7) }];
    const error = refusal(handmade({ incompatible: 1n << 63n, extensions }));
    expect(error.found).toBe("short");
  });

  it("names an unknown bit by its number when the names cannot be read", () => {
    const extensions = [{ type: 0x6803f857, data: new Uint8Array(0) }];
    const bytes = handmade({ incompatible: 1n << 40n, extensions });
    new DataView(bytes.buffer).setUint32(116, 0xffffffff);
    expect(refusal(bytes).message).toContain("incompatible feature bit 40");
  });

  it("reads images with unknown compatible and autoclear bits and lists them", () => {
    const { facts } = openBytes(handmade({ compatible: 1n << 7n, autoclear: 1n << 8n }));
    expect(plainFacts(facts).details).toContainEqual({
      name: "unknown features",
      value: "compatible feature bit 7, autoclear feature bit 8",
    });
  });

  it("reads dirty and corrupt images and says that they are", () => {
    const { facts } = openBytes(handmade({ incompatible: 3n }));
    expect(facts).toMatchObject({ dirty: true, corrupt: true });
    expect(openBytes(handmade({})).facts).toMatchObject({ dirty: false, corrupt: false });
  });
});

describe("header extensions", () => {
  it("are read in version 2, too", () => {
    const extensions = [{ type: 0xe2792aca, data: text("qcow2") }];
    const bytes = handmade({ version: 2, extensions, backingName: "base.qcow2" });
    expect(openBytes(bytes).parent).toEqual({ name: "base.qcow2", format: "qcow2" });
  });

  it("are skipped when unknown, by their padded length", () => {
    const extensions = [
      { type: 0x12345678, data: filled(13, 0xee) },
      { type: 0xe2792aca, data: text("raw") },
    ];
    const { parent, facts } = openBytes(handmade({ extensions, backingName: "b" }));
    expect(parent).toEqual({ name: "b", format: "raw" });
    expect(plainFacts(facts).details).toContainEqual({
      name: "unknown header extensions",
      value: "0x12345678",
    });
  });

  it("need no NUL behind their text and may fill their area to its end", () => {
    // 8 bytes of text end where the backing file's name begins: there is no end marker.
    const bytes = handmade({ extensions: [{ type: 0xe2792aca, data: text("raw12345") }] });
    const view = new DataView(bytes.buffer);
    view.setBigUint64(8, 128n);
    view.setUint32(16, 4);
    bytes.set(text("base"), 128);
    expect(openBytes(bytes).parent).toEqual({ name: "base", format: "raw12345" });
  });

  it("are refused when they leave the first cluster or their area", () => {
    const bytes = handmade({ extensions: [{ type: 1, data: text("x") }] });
    new DataView(bytes.buffer).setUint32(116, 0xfffffff0);
    expect(refusal(bytes)).toMatchObject({ code: "invalid-header", at: 116 });
  });

  it("are refused when too short for what the disk needs", () => {
    const encrypted = { type: 0x0537be77, data: new Uint8Array(8) };
    expect(refusal(handmade({ extensions: [encrypted] })).code).toBe("invalid-header");
    const bitmaps = { type: 0x23852875, data: new Uint8Array(8) };
    const layer = openBytes(handmade({ autoclear: 1n, extensions: [bitmaps] }));
    expect(layer.lostBitmaps).toMatchObject({ code: "invalid-table" });
  });
});

describe("backing file name", () => {
  it("may be 1023 bytes long and no longer", () => {
    const name = "é".repeat(511) + "x";
    expect(openBytes(handmade({ backingName: name })).parent).toEqual({ name });
    const error = refusal(handmade({ backingName: `${name}x` }));
    expect(error).toMatchObject({ code: "invalid-header", found: 1024, at: 16 });
  });

  it("is bounded by the first cluster when that is smaller", () => {
    const bytes = handmade({ clusterBits: 9, backingName: "x".repeat(392) });
    expect(openBytes(bytes).parent?.name).toHaveLength(392);
    new DataView(bytes.buffer).setUint32(16, 393);
    expect(refusal(bytes).code).toBe("invalid-header");
  });

  it("of no bytes is none", () => {
    expect(openBytes(handmade({ backingName: "" })).parent).toBeUndefined();
  });
});
