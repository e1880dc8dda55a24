import { deflateSync } from "node:zlib";
import { putFields, type PutFields } from "../../../../electron/engine/codec/fields";
import { dmg } from "../../../../electron/engine/formats/dmg";
import { stackLayers, type DiskImage } from "../../../../electron/engine/image/disk-image";
import { closedGate } from "../../../../electron/engine/image/gate";
import { memorySource } from "../../../../electron/engine/io/memory";
import { isZero } from "../../../helpers/bytes";
import type { Random } from "../../../helpers/seed";

export { filled, imageErrorOf, read } from "../opened";

/** Chunks' types. */
export const types = {
  zeroFill: 0,
  raw: 1,
  ignore: 2,
  adc: 0x80000004,
  zlib: 0x80000005,
  bzip2: 0x80000006,
  lzfse: 0x80000007,
  lzma: 0x80000008,
  comment: 0x7ffffffe,
  terminator: 0xffffffff,
} as const;

export interface HandmadeChunk {
  readonly type: number;
  /** Sectors, from the table's first sector on. */
  readonly start?: number | bigint;
  readonly count?: number | bigint;
  /** Bytes in the data fork. */
  readonly at?: number | bigint;
  readonly stored?: number | bigint;
}

interface HandmadeTable {
  readonly name?: string;
  readonly first?: number | bigint;
  /** By default up to the end of the last chunk. */
  readonly sectors?: number | bigint;
  readonly dataOffset?: number | bigint;
  /** A terminator is added. */
  readonly chunks: readonly HandmadeChunk[];
  readonly patch?: (put: PutFields) => void;
}

export interface Handmade {
  readonly data?: Uint8Array;
  readonly tables?: readonly HandmadeTable[];
  readonly sectors?: number | bigint;
  /** Bytes before the data fork. */
  readonly dataForkOffset?: number;
  readonly xml?: (text: string) => string;
  readonly patch?: (put: PutFields) => void;
}

function endOf(chunks: readonly HandmadeChunk[]): number {
  const end = (chunk: HandmadeChunk): number => Number(chunk.start ?? 0) + Number(chunk.count ?? 0);
  return chunks.reduce((most, chunk) => Math.max(most, end(chunk)), 0);
}

/** A block table's bytes. */
function tableBytes({ first = 0, dataOffset = 0, ...table }: HandmadeTable): Uint8Array {
  const end = { type: types.terminator, start: endOf(table.chunks) };
  const chunks: HandmadeChunk[] = [...table.chunks, end];
  const bytes = new Uint8Array(204 + 40 * chunks.length);
  const put = putFields(bytes, "big");
  put.text(0, "mish");
  put.u32(4, 1);
  put.u64(8, first);
  put.u64(16, table.sectors ?? endOf(table.chunks));
  put.u64(24, dataOffset);
  put.u32(200, chunks.length);
  for (const [index, { type, start = 0, count = 0, at = 0, stored = 0 }] of chunks.entries()) {
    const entry = 204 + 40 * index;
    put.u32(entry, type);
    for (const [field, value] of [start, count, at, stored].entries())
      put.u64(entry + 8 + 8 * field, value);
  }
  table.patch?.(put);
  return bytes;
}

/** The property list, in lines as hdiutil breaks them. */
function propertyList(tables: readonly HandmadeTable[]): string {
  const entries = tables.map((table) => {
    const lines =
      Buffer.from(tableBytes(table))
        .toString("base64")
        .match(/.{1,44}/g) ?? [];
    return `<dict>
<key>Attributes</key>
<string>0x0050</string>
<key>Data</key>
<data>
${lines.join("\n")}
</data>
<key>Name</key>
<string>${table.name ?? "whole disk"}</string>
</dict>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
<key>resource-fork</key>
<dict>
<key>blkx</key>
<array>
${entries.join("\n")}
</array>
<key>plst</key>
<array/>
</dict>
</dict>
</plist>
`;
}

/** The image's bytes, whole sectors. */
export function handmade(parts: Handmade = {}): Uint8Array {
  const { data = new Uint8Array(0), dataForkOffset = 0, tables = [] } = parts;
  const text = propertyList(tables);
  const xml = new TextEncoder().encode(parts.xml?.(text) ?? text);
  const xmlAt = dataForkOffset + data.length;
  const kolyAt = Math.ceil((xmlAt + xml.length) / 512) * 512;
  const bytes = new Uint8Array(kolyAt + 512);
  bytes.set(data, dataForkOffset);
  bytes.set(xml, xmlAt);
  const put = putFields(bytes.subarray(kolyAt), "big");
  put.text(0, "koly");
  put.u32(4, 4);
  put.u32(8, 512);
  put.u32(12, 1);
  put.u64(24, dataForkOffset);
  put.u64(32, data.length);
  put.u32(56, 1);
  put.u32(60, 1);
  put.u64(216, xmlAt);
  put.u64(224, xml.length);
  put.u32(488, 1);
  const ends = tables.map(({ first = 0, chunks }) => Number(first) + endOf(chunks));
  put.u64(492, parts.sectors ?? Math.max(0, ...ends));
  parts.patch?.(put);
  return bytes;
}

/** Apple Data Compression of runs and whatever else there is; short, and all three kinds of pieces. */
export function encodeAdc(bytes: Uint8Array): Uint8Array {
  const pieces: number[] = [];
  let literal: number[] = [];
  const flush = (): void => {
    if (literal.length > 0) pieces.push(0x80 | (literal.length - 1), ...literal);
    literal = [];
  };
  for (let at = 0; at < bytes.length;) {
    let length = 0;
    while (length < 67 && at > 0 && at + length < bytes.length && same(bytes, at, length))
      length += 1;
    if (length >= 4) {
      flush();
      if (length <= 18) pieces.push((length - 3) << 2, 0);
      else pieces.push(0x40 | (length - 4), 0, 0);
      at += length;
    } else {
      literal.push(bytes[at]!);
      at += 1;
      if (literal.length === 128) flush();
    }
  }
  flush();
  return Uint8Array.from(pieces);
}

const same = (bytes: Uint8Array, at: number, length: number): boolean =>
  bytes[at + length] === bytes[at - 1];

const encoders: Readonly<Record<number, (bytes: Uint8Array) => Uint8Array>> = {
  [types.raw]: (bytes) => bytes,
  [types.adc]: encodeAdc,
  [types.zlib]: (bytes) => deflateSync(bytes),
};

/**
 * An image that holds `disk` (whole sectors) in chunks of random sizes that lie in the file in random order.
 * @param stored Types of the chunks that are not all zeros.
 * @param order Of the tables, and of the chunks in them; qemu finds nothing when it is another than the disk's.
 */
export function holding(
  disk: Uint8Array,
  stored: readonly number[],
  random: Random,
  order: "any" | "ascending",
): Uint8Array {
  const sectors = disk.length / 512;
  const cuts: { start: number; count: number; type: number; bytes: Uint8Array }[] = [];
  for (let start = 0; start < sectors;) {
    const count = Math.min(random.between(1, 64), sectors - start);
    const content = disk.subarray(start * 512, (start + count) * 512);
    const empty = isZero(content);
    const type = empty ? random.pick([types.zeroFill, types.ignore]) : random.pick(stored);
    cuts.push({ start, count, type, bytes: empty ? new Uint8Array(0) : encoders[type]!(content) });
    start += count;
  }
  const places = new Map<object, number>();
  let next = 0;
  for (const cut of random.shuffled(cuts)) {
    next += random.between(0, 3);
    places.set(cut, next);
    next += cut.bytes.length;
  }
  const data = new Uint8Array(next);
  for (const cut of cuts) data.set(cut.bytes, places.get(cut));
  const ordered = <T>(items: readonly T[]): readonly T[] =>
    order === "any" ? random.shuffled(items) : items;
  const tables: HandmadeTable[] = [];
  for (let from = 0; from < cuts.length;) {
    const part = cuts.slice(from, from + random.between(1, 30));
    from += part.length;
    const first = part[0]!.start;
    const last = part.at(-1)!;
    const chunks = ordered(part).map((cut) => ({
      type: cut.type,
      start: cut.start - first,
      count: cut.count,
      at: places.get(cut)!,
      stored: cut.bytes.length,
    }));
    tables.push({ name: `part ${from}`, first, sectors: last.start + last.count - first, chunks });
  }
  return handmade({ data, tables: ordered(tables), sectors });
}

/** Opens an image from memory. */
export function openBytes(bytes: Uint8Array): DiskImage {
  return stackLayers([dmg.open(memorySource(bytes, "image.dmg"), closedGate)]);
}
