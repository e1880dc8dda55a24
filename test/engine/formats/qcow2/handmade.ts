import { qcow2 } from "../../../../electron/engine/formats/qcow2";
import { closedGate } from "../../../../electron/engine/image/gate";
import type { ImageLayer } from "../../../../electron/engine/image/layer";
import { memorySource } from "../../../../electron/engine/io/memory";

export { filled, imageErrorOf } from "../opened";

/** A small image put together by hand, for what qemu-img never writes. */
export interface Handmade {
  readonly version?: 2 | 3;
  readonly clusterBits?: number;
  /** Virtual size in bytes; 4 clusters by default. */
  readonly size?: number;
  /** Entries of the one L2 table, from the first on; two for each cluster with extended L2. */
  readonly l2?: readonly bigint[];
  /** The bytes of the file's cluster 5 and up. */
  readonly data?: Uint8Array;
  readonly incompatible?: bigint;
  readonly compatible?: bigint;
  readonly autoclear?: bigint;
  readonly compressionType?: number;
  readonly cryptMethod?: number;
  readonly headerLength?: number;
  /** Header extensions, in order. */
  readonly extensions?: readonly { readonly type: number; readonly data: Uint8Array }[];
  readonly backingName?: string;
}

export const copied = 1n << 63n;
export const compressed = 1n << 62n;
export const zeroFlag = 1n;

/** Where the parts of a handmade image lie, as cluster numbers. */
export const clusters = { refcountTable: 1, refcountBlock: 2, l1: 3, l2: 4, data: 5 } as const;

/** The image's bytes. */
export function handmade(parts: Handmade): Uint8Array {
  const { version = 3, clusterBits = 16, data = new Uint8Array(0), headerLength = 112 } = parts;
  const clusterSize = 2 ** clusterBits;
  const bytes = new Uint8Array(clusters.data * clusterSize + data.length);
  const view = new DataView(bytes.buffer);
  const at = (cluster: number): bigint => BigInt(cluster * clusterSize);
  view.setUint32(0, 0x514649fb);
  view.setUint32(4, version);
  view.setUint32(20, clusterBits);
  view.setBigUint64(24, BigInt(parts.size ?? 4 * clusterSize));
  view.setUint32(32, parts.cryptMethod ?? 0);
  view.setUint32(36, 1);
  view.setBigUint64(40, at(clusters.l1));
  view.setBigUint64(48, at(clusters.refcountTable));
  view.setUint32(56, 1);
  if (version === 3) {
    view.setBigUint64(72, parts.incompatible ?? 0n);
    view.setBigUint64(80, parts.compatible ?? 0n);
    view.setBigUint64(88, parts.autoclear ?? 0n);
    view.setUint32(96, 4);
    view.setUint32(100, headerLength);
    if (headerLength > 104) view.setUint8(104, parts.compressionType ?? 0);
  }
  let next = version === 3 ? headerLength : 72;
  for (const extension of parts.extensions ?? []) {
    view.setUint32(next, extension.type);
    view.setUint32(next + 4, extension.data.length);
    bytes.set(extension.data, next + 8);
    next += 8 + Math.ceil(extension.data.length / 8) * 8;
  }
  if (parts.backingName !== undefined) {
    const name = new TextEncoder().encode(parts.backingName);
    // Right behind the end marker.
    view.setBigUint64(8, BigInt(next + 8));
    view.setUint32(16, name.length);
    bytes.set(name, next + 8);
  }
  view.setBigUint64(clusters.refcountTable * clusterSize, at(clusters.refcountBlock));
  view.setBigUint64(clusters.l1 * clusterSize, at(clusters.l2) | copied);
  (parts.l2 ?? []).forEach((entry, i) => {
    view.setBigUint64(clusters.l2 * clusterSize + i * 8, entry);
  });
  bytes.set(data, clusters.data * clusterSize);
  return bytes;
}

/** Opens an image from memory. */
export function openBytes(bytes: Uint8Array, name = "image.qcow2"): ImageLayer {
  return qcow2.open(memorySource(bytes, name), closedGate);
}
