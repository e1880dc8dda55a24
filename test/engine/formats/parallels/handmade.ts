import { parallels } from "../../../../electron/engine/formats/parallels";
import { stackLayers, type DiskImage } from "../../../../electron/engine/image/disk-image";
import { closedGate } from "../../../../electron/engine/image/gate";
import { memorySource } from "../../../../electron/engine/io/memory";

export { filled, imageErrorOf, read } from "../opened";

export const sector = 512;

/** A small expanding image put together by hand. Sizes in sectors. */
export interface Handmade {
  readonly magic?: string;
  readonly version?: number;
  readonly tracks?: number;
  /** The disk's size; as many clusters as there are entries by default. */
  readonly sectors?: number | bigint;
  readonly bat?: readonly number[];
  readonly entries?: number;
  readonly inUse?: number;
  readonly dataOff?: number;
  readonly flags?: number;
  readonly extOff?: bigint;
  /** The file's length. */
  readonly length?: number;
  /** What each place in the file is full of, by its first sector: as many as a cluster has. */
  readonly clusters?: Readonly<Record<number, number>>;
}

/** The image's bytes. */
export function handmade(parts: Handmade = {}): Uint8Array {
  const { bat = [], tracks = 4, clusters = {}, entries = bat.length } = parts;
  const last = Math.max(1, ...Object.keys(clusters).map((at) => Number(at) + tracks));
  const bytes = new Uint8Array((parts.length ?? last) * sector);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(parts.magic ?? "WithouFreSpacExt"));
  view.setUint32(16, parts.version ?? 2, true);
  view.setUint32(20, 16, true);
  view.setUint32(24, 7, true);
  view.setUint32(28, tracks, true);
  view.setUint32(32, entries, true);
  view.setBigUint64(36, BigInt(parts.sectors ?? entries * tracks), true);
  view.setUint32(44, parts.inUse ?? 0, true);
  view.setUint32(48, parts.dataOff ?? 0, true);
  view.setUint32(52, parts.flags ?? 0, true);
  view.setBigUint64(56, parts.extOff ?? 0n, true);
  for (const [index, entry] of bat.entries()) view.setUint32(64 + index * 4, entry, true);
  for (const [at, value] of Object.entries(clusters))
    bytes.fill(value, Number(at) * sector, (Number(at) + tracks) * sector);
  return bytes;
}

/** Opens an image from memory. */
export function openBytes(bytes: Uint8Array): DiskImage {
  return stackLayers([parallels.open(memorySource(bytes, "image.hds"), closedGate)]);
}
