import { vpc } from "../../../../electron/engine/formats/vhd";
import { closedGate } from "../../../../electron/engine/image/gate";
import type { ImageLayer } from "../../../../electron/engine/image/layer";
import { memorySource } from "../../../../electron/engine/io/memory";
import { isZero } from "../../../helpers/bytes";
import type { Random } from "../../../helpers/seed";

/** What a footer built by hand says; the rest is zero. */
export interface HandmadeFooter {
  /** 2 fixed, 3 dynamic, 4 differencing. */
  readonly type: number;
  /** Bytes. */
  readonly currentSize: number;
  /** Four characters. */
  readonly creator?: string;
  /** Cylinders, heads, sectors a track. */
  readonly geometry?: readonly [number, number, number];
}

/** Byte offsets of fields in the footer and in the dynamic disk header. */
export const footerAt = {
  version: 12,
  dataOffset: 16,
  currentSize: 48,
  type: 60,
  checksum: 64,
} as const;
export const headerAt = {
  tableOffset: 16,
  version: 24,
  maxTableEntries: 28,
  blockSize: 32,
  checksum: 36,
  parentName: 64,
  locators: 576,
} as const;

/** Sets the checksum of a footer, or of a dynamic disk header. */
export function seal(bytes: Uint8Array, checksumAt: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setUint32(checksumAt, 0);
  view.setUint32(checksumAt, ~bytes.reduce((sum, byte) => sum + byte, 0));
}

export function footer({
  type,
  currentSize,
  creator = "test",
  geometry = [0, 0, 0],
}: HandmadeFooter): Uint8Array {
  const bytes = new Uint8Array(512);
  const view = new DataView(bytes.buffer);
  bytes.set(ascii("conectix"), 0);
  view.setUint32(8, 2);
  view.setUint32(footerAt.version, 0x00010000);
  view.setBigUint64(footerAt.dataOffset, type === 2 ? 2n ** 64n - 1n : 512n);
  view.setUint32(24, 86400);
  bytes.set(ascii(creator), 28);
  bytes.set(ascii("Wi2k"), 36);
  view.setBigUint64(40, BigInt(currentSize));
  view.setBigUint64(footerAt.currentSize, BigInt(currentSize));
  view.setUint16(56, geometry[0]);
  bytes.set([geometry[1], geometry[2]], 58);
  view.setUint32(footerAt.type, type);
  bytes.set(
    Uint8Array.from({ length: 16 }, (_, index) => 0xd0 + index),
    68,
  );
  seal(bytes, footerAt.checksum);
  return bytes;
}

/** A name of the parent: where a locator points. */
export interface HandmadeLocator {
  readonly code: string;
  readonly bytes: Uint8Array;
}

/** A dynamic or differencing disk put together by hand. */
export interface Handmade {
  readonly type?: 3 | 4;
  /** Bytes; as many blocks as there are entries by default. */
  readonly currentSize?: number;
  readonly creator?: string;
  readonly geometry?: readonly [number, number, number];
  readonly blockSize?: number;
  /** For each guest block the number of the file's block, or undefined. */
  readonly table: readonly (number | undefined)[];
  /** The file's blocks: bitmap and data. */
  readonly blocks?: readonly { readonly bitmap: Uint8Array; readonly data: Uint8Array }[];
  /** Bytes of the footer at the end. */
  readonly footerLength?: 512 | 511;
  /** "Parent Unicode Name". */
  readonly parentName?: string;
  /** 16 bytes. */
  readonly parentUniqueId?: Uint8Array;
  /** Seconds since 2000. */
  readonly parentTimeStamp?: number;
  readonly locators?: readonly HandmadeLocator[];
}

/** Where the block allocation table of a handmade image lies. */
export const tableAt = 1536;

/** The image's bytes: footer copy, header, table, locators' names, blocks, footer. */
export function handmade(parts: Handmade): Uint8Array {
  const { type = 3, blockSize = 4096, table, blocks = [], footerLength = 512 } = parts;
  const { currentSize = table.length * blockSize, locators = [] } = parts;
  const sectors = (length: number): number => Math.ceil(length / 512) * 512;
  const namesAt = tableAt + sectors(table.length * 4);
  const blocksAt = namesAt + 512 * locators.length;
  const bitmapLength = sectors(blockSize / 512 / 8);
  const stride = bitmapLength + blockSize;
  const end = blocksAt + blocks.length * stride;
  const bytes = new Uint8Array(end + footerLength);
  const view = new DataView(bytes.buffer);
  const copy = footer({ type, currentSize, ...parts });
  bytes.set(copy);
  bytes.set(copy.subarray(0, footerLength), end);

  const header = bytes.subarray(512, tableAt);
  const fields = new DataView(bytes.buffer, 512, 1024);
  header.set(ascii("cxsparse"), 0);
  fields.setBigUint64(8, 2n ** 64n - 1n);
  fields.setBigUint64(headerAt.tableOffset, BigInt(tableAt));
  fields.setUint32(headerAt.version, 0x00010000);
  fields.setUint32(headerAt.maxTableEntries, table.length);
  fields.setUint32(headerAt.blockSize, blockSize);
  header.set(
    parts.parentUniqueId ?? Uint8Array.from({ length: 16 }, (_, index) => 0xc0 + index),
    40,
  );
  fields.setUint32(56, parts.parentTimeStamp ?? 3600);
  header.set(utf16(parts.parentName ?? "", "big"), headerAt.parentName);
  locators.forEach(({ code, bytes: name }, index) => {
    const entry = headerAt.locators + index * 24;
    header.set(ascii(code), entry);
    fields.setUint32(entry + 4, 512);
    fields.setUint32(entry + 8, name.length);
    fields.setBigUint64(entry + 16, BigInt(namesAt + index * 512));
    bytes.set(name, namesAt + index * 512);
  });
  seal(header, headerAt.checksum);

  bytes.fill(0xff, tableAt, namesAt);
  table.forEach((block, index) => {
    if (block !== undefined) view.setUint32(tableAt + index * 4, (blocksAt + block * stride) / 512);
  });
  blocks.forEach(({ bitmap, data }, index) => {
    bytes.set(bitmap, blocksAt + index * stride);
    bytes.set(data, blocksAt + index * stride + bitmapLength);
  });
  return bytes;
}

/** A fixed disk: `data` and a footer of 512 or 511 bytes. */
export function fixed(
  data: Uint8Array,
  over: Partial<HandmadeFooter> = {},
  footerLength = 512,
): Uint8Array {
  const bytes = new Uint8Array(data.length + footerLength);
  bytes.set(data);
  const end = footer({ type: 2, currentSize: data.length, ...over });
  bytes.set(end.subarray(0, footerLength), data.length);
  return bytes;
}

/** A block whose sectors are stored as `stored` says, sector n filled with `first + n`; others with 0xee. */
export function block(stored: readonly boolean[], first: number) {
  const bitmap = new Uint8Array(Math.ceil(stored.length / 8 / 512) * 512);
  const data = new Uint8Array(stored.length * 512).fill(0xee);
  stored.forEach((isStored, sector) => {
    if (!isStored) return;
    bitmap[sector >> 3]! |= 0x80 >> (sector & 7);
    data.fill(first + sector, sector * 512, (sector + 1) * 512);
  });
  return { bitmap, data };
}

/**
 * A dynamic disk that holds `disk`: blocks in random order, sectors of zeros sometimes left out of the
 * bitmap, with bytes of `rubbish` in their place.
 */
export function holding(
  disk: Uint8Array,
  blockSize: number,
  random: Random,
  rubbish = 0xee,
): Uint8Array {
  const starts = Array.from(
    { length: Math.ceil(disk.length / blockSize) },
    (_, index) => index * blockSize,
  );
  const held = random.shuffled(
    starts.filter((from) => !isZero(disk.subarray(from, from + blockSize))),
  );
  const blocks = held.map((from) => {
    const data = new Uint8Array(blockSize);
    data.set(disk.subarray(from, from + blockSize));
    const stored = Array.from({ length: blockSize / 512 }, (_, index) => {
      const sector = data.subarray(index * 512, (index + 1) * 512);
      const isStored = !isZero(sector) || random.chance(0.5);
      if (!isStored) sector.fill(rubbish);
      return isStored;
    });
    return { bitmap: block(stored, 0).bitmap, data };
  });
  const slots = new Map(held.map((from, slot) => [from, slot]));
  const table = starts.map((from) => slots.get(from));
  // A creator for whose disks qemu takes the current size.
  return handmade({ currentSize: disk.length, creator: "win ", blockSize, table, blocks });
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function utf16(text: string, order: "big" | "little"): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index += 1)
    view.setUint16(index * 2, text.charCodeAt(index), order === "little");
  return bytes;
}

/** The layer over an image in memory. */
export function openBytes(bytes: Uint8Array): ImageLayer {
  return vpc.open(memorySource(bytes, "test.vhd"), closedGate);
}

/** The layer's details by name. */
export function detailsOf({ facts }: ImageLayer): Map<string, string | number | boolean> {
  return new Map(facts.details.map(({ name, value }) => [name, value]));
}
