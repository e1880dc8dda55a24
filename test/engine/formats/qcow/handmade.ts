import { qcow } from "../../../../electron/engine/formats/qcow";
import { stackLayers, type DiskImage } from "../../../../electron/engine/image/disk-image";
import { closedGate } from "../../../../electron/engine/image/gate";
import { memorySource } from "../../../../electron/engine/io/memory";

export { filled, imageErrorOf, read } from "../opened";

/** A small image put together by hand. */
export interface Handmade {
  readonly clusterBits?: number;
  readonly l2Bits?: number;
  /** Virtual size in bytes; 8 clusters by default. */
  readonly size?: number;
  /** Entries of the L1 table; by default the first is the offset of the one L2 table. */
  readonly l1?: readonly bigint[];
  /** Entries of the one L2 table, from the first on. */
  readonly l2?: readonly bigint[];
  /** What lies from `dataAt` on. */
  readonly data?: Uint8Array;
  readonly cryptMethod?: number;
  readonly backingName?: string;
  readonly version?: number;
}

/** Bit 63 of an L2 entry. */
export const compressed = 1n << 63n;

/** Where the parts of a handmade image lie. */
export const places = { backingName: 64, l1: 512, l2: 1024 } as const;

/** Where the data of a handmade image begins: on a cluster behind the L2 table. */
export function dataAt({ clusterBits = 9, l2Bits = 6 }: Handmade = {}): number {
  const clusterSize = 2 ** clusterBits;
  return Math.ceil((places.l2 + 8 * 2 ** l2Bits) / clusterSize) * clusterSize;
}

/** The image's bytes. */
export function handmade(parts: Handmade = {}): Uint8Array {
  const { clusterBits = 9, l2Bits = 6, data = new Uint8Array(0), backingName } = parts;
  const bytes = new Uint8Array(dataAt(parts) + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x514649fb);
  view.setUint32(4, parts.version ?? 1);
  if (backingName !== undefined) {
    const name = new TextEncoder().encode(backingName);
    view.setBigUint64(8, BigInt(places.backingName));
    view.setUint32(16, name.length);
    view.setUint32(20, 1_000_000_000);
    bytes.set(name, places.backingName);
  }
  view.setBigUint64(24, BigInt(parts.size ?? 8 * 2 ** clusterBits));
  view.setUint8(32, clusterBits);
  view.setUint8(33, l2Bits);
  view.setUint32(36, parts.cryptMethod ?? 0);
  view.setBigUint64(40, BigInt(places.l1));
  for (const [index, entry] of (parts.l1 ?? [BigInt(places.l2)]).entries())
    view.setBigUint64(places.l1 + index * 8, entry);
  for (const [index, entry] of (parts.l2 ?? []).entries())
    view.setBigUint64(places.l2 + index * 8, entry);
  bytes.set(data, dataAt(parts));
  return bytes;
}

/** Opens an image from memory, without its backing file. */
export function openBytes(bytes: Uint8Array): DiskImage {
  return stackLayers([qcow.open(memorySource(bytes, "image.qcow"), closedGate)]);
}
