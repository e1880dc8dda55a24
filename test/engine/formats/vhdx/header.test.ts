import { describe, expect, it } from "vitest";
import { vhdx } from "../../../../electron/engine/formats/vhdx";
import { closedGate } from "../../../../electron/engine/image/gate";
import { memorySource } from "../../../../electron/engine/io/memory";
import type { ByteTarget } from "../../../../electron/engine/io/source";
import { layerFactsSchema } from "../../../../shared/model/facts";
import {
  changeHeader,
  changeRegions,
  filled,
  guids,
  handmade,
  MiB,
  open,
  places,
  putItem,
  putRegion,
  read,
  structure,
} from "./handmade";
import { guidBytes } from "../../../../electron/engine/codec/guid";
import { plainFacts } from "../../../helpers/plain-facts";

const refusal = (code: string, more: object = {}): unknown =>
  expect.objectContaining({ name: "ImageError", code, ...more });

const detail = (target: ByteTarget, name: string): unknown =>
  vhdx.open(target, closedGate).facts.details.find((each) => each.name === name)?.value;

describe("probing", () => {
  it("goes by the file type identifier", () => {
    expect(vhdx.probe(handmade())).toBe(true);
    for (const bytes of [new Uint8Array(0), filled(7, 0x76), filled(2 * MiB, 0)])
      expect(vhdx.probe(memorySource(bytes))).toBe(false);
    expect(() => open(memorySource(filled(2 * MiB, 0)))).toThrow(refusal("not-this-format"));
  });
});

describe("facts", () => {
  it("are told in the specification's words", () => {
    const { facts, blockSize } = vhdx.open(handmade({ blockSize: 32 * MiB, flags: 1 }), closedGate);
    expect(blockSize).toBe(32 * MiB);
    expect(plainFacts(layerFactsSchema.parse(facts))).toEqual({
      version: "1",
      clusterSize: 32 * MiB,
      unit: "block",
      snapshots: [],
      bitmaps: [],
      details: [
        { name: "subformat", value: "fixed" },
        { name: "Creator", value: "by hand" },
        { name: "LogicalSectorSize", value: 512 },
        { name: "PhysicalSectorSize", value: 4096 },
        { name: "VirtualDiskId", value: guids.dataWrite },
        { name: "FileWriteGuid", value: "00000000-0000-0000-0000-000000000000" },
        { name: "DataWriteGuid", value: guids.dataWrite },
      ],
    });
  });
});

describe("of the two headers", () => {
  const named = (first: number, second: number): ByteTarget => {
    const target = handmade();
    const set = (index: 0 | 1, sequenceNumber: number): void =>
      changeHeader(target, index, (put) => {
        put.u64(8, sequenceNumber);
        put.bytes(16, filled(16, index + 1));
      });
    set(0, first);
    set(1, second);
    return target;
  };
  const of = (index: number): string => filled(16, index + 1).join("");
  const taken = (target: ByteTarget): string =>
    guidBytes(String(detail(target, "FileWriteGuid"))).join("");

  it("the later one is taken", () => {
    expect(taken(named(7, 8))).toBe(of(1));
    expect(taken(named(8, 7))).toBe(of(0));
  });

  it("the whole one is taken, and the damage told", () => {
    const first = named(9, 8);
    first.write(places.headers[0] + 4000, Uint8Array.of(1));
    expect(taken(first)).toBe(of(1));
    expect(detail(first, "header")).toMatch(/damaged/);
    const second = named(7, 8);
    second.write(places.headers[1], new Uint8Array(4096));
    expect(taken(second)).toBe(of(0));
  });

  it("none may be taken when both are damaged", () => {
    const target = named(7, 8);
    for (const at of places.headers) target.write(at + 8, Uint8Array.of(0xee));
    expect(() => open(target)).toThrow(refusal("invalid-header", { at: places.headers[0] }));
  });

  it("two with one number must be the same", () => {
    expect(() => open(named(7, 7))).toThrow(refusal("invalid-header", { found: "7" }));
    const target = handmade();
    target.write(places.headers[1], read(target, places.headers[0], 4096));
    expect(open(target).size).toBe(8 * MiB);
  });

  it.each([
    ["version", 66, 2, 2, "unsupported"],
    ["log version", 64, 2, 1, "unsupported"],
    ["log length", 68, 4, 4096, "invalid-header"],
    ["log offset", 72, 4, 4096, "invalid-header"],
    ["log offset of nothing", 72, 4, 0, "invalid-header"],
    ["log offset past 2^53", 76, 4, 2 ** 31, "limit"],
  ])("one with a wrong %s is refused", (_, at, width, value, code) => {
    const target = handmade();
    for (const index of [0, 1] as const)
      changeHeader(target, index, (put) => {
        if (width === 2) put.u16(at, value);
        else put.u32(at, value);
      });
    expect(() => open(target)).toThrow(refusal(code));
  });

  it("nothing is asked of a log that is empty", () => {
    const target = handmade();
    for (const index of [0, 1] as const) changeHeader(target, index, (put) => put.u64(72, 2 ** 40));
    expect(open(target).size).toBe(8 * MiB);
  });
});

describe("of the two region tables", () => {
  it("the first that is whole is taken, and the damage told", () => {
    const target = handmade();
    target.write(places.regionTables[0] + 60_000, Uint8Array.of(1));
    expect(detail(target, "region table")).toMatch(/damaged/);
    expect(open(target).size).toBe(8 * MiB);
    target.write(places.regionTables[1] + 4, Uint8Array.of(1, 2, 3, 4));
    expect(() => open(target)).toThrow(refusal("invalid-header", { at: places.regionTables[0] }));
  });

  it.each([true, false])("one may name unknown regions (required: %s)", (required) => {
    const target = handmade();
    changeRegions(target, (put) => {
      put.u32(8, 3);
      putRegion(put, 2, guids.log, 5 * MiB, MiB, required);
    });
    if (!required) expect(open(target).size).toBe(8 * MiB);
    else expect(() => open(target)).toThrow(refusal("unsupported", { found: guids.log }));
  });

  it.each([
    ["too many entries", 2048, guids.bat, 3 * MiB, MiB],
    ["no BAT", 2, guids.log, 3 * MiB, MiB],
    ["the metadata twice", 2, guids.metadata, 3 * MiB, MiB],
    ["an offset within a MiB", 2, guids.bat, 3 * MiB + 4096, MiB],
    ["an offset in the headers", 2, guids.bat, 0, MiB],
    ["a length in no whole MiB", 2, guids.bat, 3 * MiB, 4096],
    ["a BAT too small", 2, guids.bat, 3 * MiB, 0],
  ])("one with %s is refused", (_, count, guid, offset, length) => {
    const target = handmade();
    changeRegions(target, (put) => {
      put.u32(8, count);
      putRegion(put, 0, guid, offset, length, false);
    });
    expect(() => open(target)).toThrow(refusal("invalid-header"));
  });

  it("one that points past the file's end is refused", () => {
    for (const index of [0, 1]) {
      const target = handmade();
      changeRegions(target, (put) =>
        putRegion(put, index, index === 0 ? guids.bat : guids.metadata, 64 * MiB, MiB),
      );
      expect(() => open(target)).toThrow(refusal("truncated", { at: 64 * MiB }));
    }
  });
});

describe("the metadata", () => {
  const table = (write: Parameters<typeof structure>[1]): ByteTarget => {
    const target = handmade();
    const bytes = read(target, places.metadata, 64 * 1024);
    const changed = structure(bytes.length, (put) => {
      put.bytes(0, bytes);
      write(put);
    });
    target.write(places.metadata, changed);
    return target;
  };

  it.each([
    ["required", 4, "unsupported"],
    ["required, of the disk", 6, "unsupported"],
    ["required, a user's", 5, "unsupported"],
    ["optional", 0, undefined],
    ["optional, a user's", 1, undefined],
  ])("may have unknown items: %s", (_, flags, code) => {
    const target = table((put) => {
      put.u16(10, 6);
      putItem(put, 5, guids.log, 64 * 1024, 8, flags);
    });
    if (code === undefined) expect(open(target).size).toBe(8 * MiB);
    else expect(() => open(target)).toThrow(refusal(code, { found: guids.log }));
  });

  it("a user's item is not the known one of that GUID", () => {
    const target = table((put) => {
      put.u16(10, 6);
      putItem(put, 5, guids.virtualDiskSize, 64 * 1024, 8, 1);
    });
    expect(open(target).size).toBe(8 * MiB);
  });

  it("may lack what reading needs not", () => {
    for (const index of [2, 4]) {
      const target = table((put) => putItem(put, index, guids.log, 64 * 1024, 8, 0));
      expect(open(target).size).toBe(8 * MiB);
    }
  });

  it.each([0, 1, 3])("must have item %i", (index) => {
    const target = table((put) => putItem(put, index, guids.log, 64 * 1024, 8, 0));
    expect(() => open(target)).toThrow(refusal("invalid-header"));
  });

  it.each([
    ["another signature", (put) => put.text(0, "meta____")],
    ["too many entries", (put) => put.u16(10, 2048)],
    ["an item twice", (put) => putItem(put, 2, guids.virtualDiskSize, 64 * 1024, 8, 6)],
    ["an item in the table", (put) => putItem(put, 0, guids.fileParameters, 32, 8, 4)],
    ["an item past the region", (put) => putItem(put, 0, guids.fileParameters, MiB - 4, 8, 4)],
    ["a huge item", (put) => putItem(put, 0, guids.fileParameters, 64 * 1024, 2 ** 32 - 1, 4)],
  ] as readonly [string, Parameters<typeof structure>[1]][])("with %s is refused", (_, write) => {
    expect(() => open(table(write))).toThrow(refusal("invalid-header", {}));
  });

  it("with an item too short is refused", () => {
    const target = table((put) => putItem(put, 1, guids.virtualDiskSize, 64 * 1024 + 64, 4, 6));
    expect(() => open(target)).toThrow(refusal("truncated"));
  });

  it.each([0, 512 * 1024, 3 * MiB, 512 * MiB, 2 ** 32 - 1])(
    "with blocks of %i bytes is refused",
    (blockSize) => {
      expect(() => open(handmade({ blockSize }))).toThrow(refusal("invalid-header"));
    },
  );

  it.each([0, 1, 520, 2048, 8192])("with sectors of %i bytes is refused", (sectorSize) => {
    expect(() => open(handmade({ sectorSize }))).toThrow(refusal("invalid-header"));
  });

  it("with a disk that does not end with a sector is refused", () => {
    expect(() => open(handmade({ size: 8 * MiB + 512, sectorSize: 4096 }))).toThrow(
      refusal("invalid-header", { found: 8 * MiB + 512 }),
    );
    expect(() => open(handmade({ size: 2 ** 53 - 1 }))).toThrow(refusal("limit"));
  });
});

describe("a file cut off", () => {
  const ends = [
    [8, "truncated"],
    [519, "truncated"],
    [places.headers[0] + 4095, "truncated"],
    [places.regionTables[0] + 65_535, "truncated"],
    [places.metadata + 65_535, "truncated"],
    [places.items + 3, "truncated"],
    [places.bat + 63, "truncated"],
  ] as const;
  it.each(ends)("at %i is told to be", (fileSize, code) => {
    const target = handmade();
    target.truncate(fileSize);
    expect(() => open(target)).toThrow(refusal(code));
  });

  it("behind its tables is no matter where there is no data", () => {
    const target = handmade({ fileSize: places.bat + 64 });
    expect(read(open(target), 0, 8 * MiB).every((byte) => byte === 0)).toBe(true);
  });
});
