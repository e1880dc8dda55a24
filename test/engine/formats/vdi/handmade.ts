import { vdi } from "../../../../electron/engine/formats/vdi";
import { closedGate } from "../../../../electron/engine/image/gate";
import type { ImageLayer } from "../../../../electron/engine/image/layer";
import { memorySource } from "../../../../electron/engine/io/memory";
import { isZero } from "../../../helpers/bytes";
import type { Random } from "../../../helpers/seed";

/** A small image put together by hand, for what qemu-img never writes. */
export interface Handmade {
  /** Version 0 has map and data right behind its header. */
  readonly version?: 0 | 1;
  readonly type?: number;
  readonly offBlocks?: number;
  readonly offData?: number;
  /** Bytes; as many blocks as the map has entries by default. */
  readonly cbDisk?: number;
  readonly cbBlock?: number;
  readonly cbBlockExtra?: number;
  readonly map: readonly number[];
  /** What lies from offData on: extra bytes and blocks. */
  readonly data?: Uint8Array;
  /** 16 bytes each. */
  readonly uuidCreate?: Uint8Array;
  readonly uuidModify?: Uint8Array;
  readonly uuidLinkage?: Uint8Array;
  readonly uuidParentModify?: Uint8Array;
}

export const free = 0xffffffff;
export const zero = 0xfffffffe;

/** Byte offsets of header fields, for version 1. */
export const at = {
  version: 68,
  cbHeader: 72,
  type: 76,
  offBlocks: 340,
  offData: 344,
  cbDisk: 368,
  cbBlock: 376,
  cbBlockExtra: 380,
  cBlocks: 384,
} as const;

/** The image's bytes. */
export function handmade(parts: Handmade): Uint8Array {
  const { version = 1, type = 1, cbBlock = 4096, cbBlockExtra = 0, map } = parts;
  const { data = new Uint8Array(0), cbDisk = map.length * cbBlock } = parts;
  const offBlocks = version === 0 ? 420 : (parts.offBlocks ?? 512);
  const offData =
    version === 0 ? 420 + map.length * 4 : (parts.offData ?? offBlocks + map.length * 4);
  const end = Math.max(offBlocks + map.length * 4, offData + data.length);
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  view.setUint32(64, 0xbeda107f, true);
  view.setUint32(at.version, version === 0 ? 2 : 0x00010001, true);
  // Version 0 has no cbHeader, and no fields for places.
  const fields =
    version === 0 ? { type: 72, size: 352, uuids: 372 } : { type: 76, size: 368, uuids: 392 };
  view.setUint32(fields.type, type, true);
  view.setBigUint64(fields.size, BigInt(cbDisk), true);
  view.setUint32(fields.size + 8, cbBlock, true);
  const counts = version === 0 ? 364 : at.cBlocks;
  view.setUint32(counts, map.length, true);
  view.setUint32(counts + 4, map.filter((entry) => entry < zero).length, true);
  if (version === 1) {
    view.setUint32(at.cbHeader, 400, true);
    view.setUint32(at.offBlocks, offBlocks, true);
    view.setUint32(at.offData, offData, true);
    // LegacyGeometry's sector size: qemu wants it.
    view.setUint32(360, 512, true);
    view.setUint32(at.cbBlockExtra, cbBlockExtra, true);
  }
  const uuidCreate = parts.uuidCreate ?? Uint8Array.from({ length: 16 }, (_, index) => index + 1);
  bytes.set(uuidCreate, fields.uuids);
  bytes.set(parts.uuidModify ?? [], fields.uuids + 16);
  bytes.set(parts.uuidLinkage ?? [], fields.uuids + 32);
  bytes.set(parts.uuidParentModify ?? [], fields.uuids + 48);
  map.forEach((entry, index) => view.setUint32(offBlocks + index * 4, entry, true));
  bytes.set(data, offData);
  return bytes;
}

/** `count` blocks of `size` bytes, block n filled with n + 1, each with 0xee before it as extra bytes. */
export function numbered(count: number, size = 4096, extra = 0): Uint8Array {
  const bytes = new Uint8Array(count * (size + extra)).fill(0xee);
  for (let index = 0; index < count; index += 1)
    bytes.fill(index + 1, index * (size + extra) + extra, (index + 1) * (size + extra));
  return bytes;
}

/** How an image that holds a given disk shall be laid out. */
export type Layout = Pick<
  Handmade,
  "version" | "offBlocks" | "offData" | "cbBlock" | "cbBlockExtra"
>;

/** An image that holds `disk`: blocks of data in random order, the others zero or free. */
export function holding(disk: Uint8Array, layout: Layout, random: Random): Uint8Array {
  const { cbBlock = 4096, cbBlockExtra = 0 } = layout;
  const starts = Array.from({ length: Math.ceil(disk.length / cbBlock) }, (_, n) => n * cbBlock);
  const held = starts.filter((from) => !isZero(disk.subarray(from, from + cbBlock)));
  const order = random.shuffled(held);
  const data = new Uint8Array(held.length * (cbBlock + cbBlockExtra)).fill(0xee);
  order.forEach((from, slot) => {
    const block = new Uint8Array(cbBlock);
    block.set(disk.subarray(from, from + cbBlock));
    data.set(block, slot * (cbBlock + cbBlockExtra) + cbBlockExtra);
  });
  const slots = new Map(order.map((from, slot) => [from, slot]));
  const map = starts.map((from) => slots.get(from) ?? random.pick([free, zero]));
  return handmade({ ...layout, cbDisk: disk.length, map, data });
}

/** The layer over an image in memory. */
export function openBytes(bytes: Uint8Array): ImageLayer {
  return vdi.open(memorySource(bytes, "test.vdi"), closedGate);
}
