import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ImageError } from "../../../../electron/engine/errors";
import { random, runSeed } from "../../../helpers/seed";
import { readThrough, refusal } from "../no-harm";
import {
  encodeAdc,
  filled,
  handmade,
  imageErrorOf,
  openBytes,
  types,
  type Handmade,
  type HandmadeChunk,
} from "./handmade";

const sector = 512;
const content = filled(2 * sector, 3);
const zlib = deflateSync(content);
const adc = encodeAdc(content);
const data = Buffer.concat([zlib, adc, content]);

/** One chunk of each kind. */
const chunks: readonly HandmadeChunk[] = [
  { type: types.zlib, start: 0, count: 2, at: 0, stored: zlib.length },
  { type: types.adc, start: 2, count: 2, at: zlib.length, stored: adc.length },
  { type: types.raw, start: 4, count: 2, at: zlib.length + adc.length, stored: content.length },
  { type: types.zeroFill, start: 6, count: 2 },
  { type: types.ignore, start: 8, count: 2 },
];

const specimen = (parts: Handmade = {}): Uint8Array =>
  handmade({ data, tables: [{ chunks }], ...parts });

/** What opening and reading everything comes to: undefined when it works. Anything but an ImageError is thrown. */
function expectReadOrRefused(bytes: Uint8Array): ImageError | undefined {
  return refusal(2 ** 27, () => readThrough(openBytes(bytes), 10 * sector));
}

const extremes = [0n, 1n, 2n, 511n, 512n, 2n ** 16n, 2n ** 31n, 2n ** 32n - 1n];
const wide = [
  2n ** 32n,
  2n ** 44n,
  2n ** 45n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

const kolyFields: readonly (readonly [string, number, 4 | 8])[] = [
  ["Version", 4, 4],
  ["HeaderSize", 8, 4],
  ["DataForkOffset", 24, 8],
  ["SegmentCount", 60, 4],
  ["XMLOffset", 216, 8],
  ["XMLLength", 224, 8],
  ["SectorCount", 492, 8],
];

const tableFields: readonly (readonly [string, number, 4 | 8])[] = [
  ["Version", 4, 4],
  ["SectorNumber", 8, 8],
  ["SectorCount", 16, 8],
  ["DataOffset", 24, 8],
  ["NumberOfBlockChunks", 200, 4],
  ...[0, 1, 2].flatMap((chunk) =>
    (
      ["EntryType", "SectorNumber", "SectorCount", "CompressedOffset", "CompressedLength"] as const
    ).map((name, index) => {
      const at = 204 + 40 * chunk + 8 * index;
      return [`${name} of chunk ${chunk}`, at, index === 0 ? 4 : 8] as const;
    }),
  ),
];

function valuesOf(width: 4 | 8): bigint[] {
  return width === 4 ? extremes : [...extremes, ...wide];
}

describe("a hostile image", () => {
  it("reads when it is whole", () => {
    expect(expectReadOrRefused(specimen())).toBeUndefined();
  });

  it.each(kolyFields)(
    "with the trailer's %s at its extremes is read or refused",
    (_, at, width) => {
      for (const value of valuesOf(width))
        expectReadOrRefused(
          specimen({
            patch: (put) => (width === 4 ? put.u32(at, Number(value)) : put.u64(at, value)),
          }),
        );
    },
  );

  it.each(tableFields)("with the table's %s at its extremes is read or refused", (_, at, width) => {
    for (const value of valuesOf(width)) {
      const patch: NonNullable<Handmade["patch"]> = (put) =>
        width === 4 ? put.u32(at, Number(value)) : put.u64(at, value);
      for (const sectors of [undefined, 0])
        expectReadOrRefused(
          specimen({ tables: [{ chunks, patch }], ...(sectors === 0 && { sectors }) }),
        );
    }
  });

  it(`with random bytes changed is read or refused (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const whole = specimen();
    let refused = 0;
    for (let turn = 0; turn < 1000; turn += 1) {
      const bytes = whole.slice();
      for (let changes = r.between(1, 8); changes > 0; changes -= 1)
        bytes[r.between(0, bytes.length)] = r.between(0, 256);
      if (expectReadOrRefused(bytes) !== undefined) refused += 1;
    }
    expect(refused).toBeGreaterThan(100);
  });

  it.each<[string, Handmade, ImageError["code"]]>([
    ["another version", { patch: (put) => put.u32(4, 5) }, "unsupported"],
    ["another trailer size", { patch: (put) => put.u32(8, 600) }, "invalid-header"],
    ["several segments", { patch: (put) => put.u32(60, 2) }, "unsupported"],
    ["no property list", { patch: (put) => put.u64(224, 0) }, "invalid-header"],
    [
      "tables in a resource fork",
      {
        patch(put) {
          put.u64(48, 1000);
          put.u64(224, 0);
        },
      },
      "unsupported",
    ],
    ["a property list past the end", { patch: (put) => put.u64(224, 2 ** 20) }, "truncated"],
    ["too many sectors", { patch: (put) => put.u64(492, 2 ** 52) }, "limit"],
    ["a data fork past the end", { patch: (put) => put.u64(24, 2 ** 30) }, "invalid-header"],
    ["no block tables", { tables: [] }, "invalid-header"],
    ["no blkx", { xml: (text) => text.replace("blkx", "none") }, "invalid-header"],
    ["no base64", { xml: (text) => text.replace("bWlza", "!!!!!") }, "invalid-header"],
    ["an unclosed list", { xml: (text) => text.replace("</plist>", "") }, "invalid-header"],
    [
      "a document type with definitions",
      { xml: (text) => text.replace(/<!DOCTYPE[^>]*>/, '<!DOCTYPE a [<!ENTITY b "c">]>') },
      "invalid-header",
    ],
    ["too many attributes", { xml: () => `<plist ${"a='' ".repeat(2e6)}/>` }, "invalid-header"],
    ["too many elements", { xml: (text) => text + "<a/>".repeat(70_000) }, "limit"],
    [
      "a short table",
      { xml: (text) => text.replace(/<data>[^<]*/, "<data>bWlza") },
      "invalid-header",
    ],
    ["an empty table", { xml: (text) => text.replace(/<data>[^<]*/, "<data>") }, "invalid-table"],
    [
      "a table without its signature",
      { tables: [{ chunks, patch: (put) => put.u32(0, 1) }] },
      "invalid-table",
    ],
    [
      "fewer chunks than told",
      { tables: [{ chunks, patch: (put) => put.u32(200, 7) }] },
      "invalid-table",
    ],
    ["overlapping chunks", { tables: [{ chunks }, { first: 9, chunks }] }, "invalid-table"],
    ["the same table twice", { tables: [{ chunks }, { chunks }] }, "invalid-table"],
    ["a chunk past 2^53", { tables: [{ first: 2n ** 63n, chunks }], sectors: 9 }, "limit"],
  ])("with %s is refused", (_, parts, code) => {
    expect(imageErrorOf(() => openBytes(specimen(parts)))).toMatchObject({
      code,
      file: "image.dmg",
    });
  });

  it.each<[string, HandmadeChunk, ImageError["code"]]>([
    ["of raw bytes past the end", { type: types.raw, count: 200, stored: 102400 }, "truncated"],
    ["of raw bytes of another size", { type: types.raw, count: 2, stored: 512 }, "invalid-table"],
    ["of zlib past the end", { type: types.zlib, count: 2, at: 2 ** 40, stored: 9 }, "truncated"],
    ["of huge stored size", { type: types.zlib, count: 2, stored: 2n ** 63n }, "truncated"],
    [
      "that would decode to more than 64 MiB",
      { type: types.zlib, count: 131073, stored: 9 },
      "limit",
    ],
    ["of zlib that holds too little", { ...chunks[0]!, count: 3 }, "corrupt-data"],
    ["of zlib that holds too much", { ...chunks[0]!, count: 1 }, "corrupt-data"],
    ["of zlib that is cut off", { ...chunks[0]!, stored: zlib.length - 5 }, "corrupt-data"],
    ["of zlib without bytes", { ...chunks[0]!, stored: 0 }, "corrupt-data"],
    ["of ADC that holds too little", { ...chunks[1]!, start: 0, stored: 4 }, "corrupt-data"],
  ])("tells of a chunk %s when it is read", (_, chunk, code) => {
    const image = openBytes(specimen({ tables: [{ chunks: [chunk] }] }));
    const error = imageErrorOf(() => image.read(0, new Uint8Array(1)));
    expect(error).toMatchObject({ code, file: "image.dmg", at: Number(chunk.at ?? 0) });
  });

  it("may have a property list of 16 MiB at most", () => {
    const pad = (length: number) => (text: string) => text + " ".repeat(length - text.length);
    expect(openBytes(specimen({ xml: pad(2 ** 24) })).size).toBe(10 * sector);
    expect(imageErrorOf(() => openBytes(specimen({ xml: pad(2 ** 24 + 1) }))).code).toBe("limit");
  });
});
