import { crc32, gzipSync } from "node:zlib";
import type { Packing } from "../../../electron/engine/wrappings/packing";

/** Bytes of a chunk, or block, at most. */
const part = 2 ** 16;

function parts(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / part) }, (_, index) =>
    bytes.subarray(index * part, (index + 1) * part),
  );
}

function little(value: number, length: number): number[] {
  return Array.from({ length }, (_, index) => Math.floor(value / 256 ** index) % 256);
}

const withSum = (bytes: readonly number[]): number[] => [
  ...bytes,
  ...little(crc32(Uint8Array.from(bytes)), 4),
];

function filled(bytes: readonly number[]): number[] {
  return [...bytes, ...Array.from({ length: (4 - (bytes.length % 4)) % 4 }, () => 0)];
}

/** A number in seven-bit pieces. */
function pieces(value: number): number[] {
  const low = value % 128;
  return value < 128 ? [low] : [low + 128, ...pieces(Math.floor(value / 128))];
}

/** An .xz file whose one block holds the bytes as they are, with a CRC32. */
function storedXz(bytes: Uint8Array): Uint8Array {
  const flags = [0, 1];
  const header = withSum([2, 0, 0x21, 1, 22, 0, 0, 0]);
  const chunks = parts(bytes).map((chunk, index) => {
    const size = chunk.length - 1;
    return Buffer.concat([Uint8Array.of(index === 0 ? 1 : 2, size >> 8, size & 255), chunk]);
  });
  const data = Buffer.concat([...chunks, Uint8Array.of(0)]);
  const padding = new Uint8Array((4 - (data.length % 4)) % 4);
  const sum = Uint8Array.from(little(crc32(bytes), 4));
  const unpadded = header.length + data.length + sum.length;
  const index = withSum(filled([0, 1, ...pieces(unpadded), ...pieces(bytes.length)]));
  const tail = [...little(index.length / 4 - 1, 4), ...flags];
  return Buffer.concat([
    Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, ...withSum(flags)),
    Uint8Array.from(header),
    data,
    padding,
    sum,
    Uint8Array.from(index),
    Uint8Array.of(...little(crc32(Uint8Array.from(tail)), 4), ...tail, 0x59, 0x5a),
  ]);
}

/** A Zstandard frame of blocks that are stored as they are; it tells its size. */
function storedZst(bytes: Uint8Array): Uint8Array {
  const header = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xc0, 10 << 3, ...little(bytes.length, 8));
  const blocks = parts(bytes).map((block, index, all) => {
    const last = index === all.length - 1 ? 1 : 0;
    return Buffer.concat([Uint8Array.from(little(last + block.length * 8, 3)), block]);
  });
  const end = blocks.length === 0 ? [Uint8Array.of(1, 0, 0)] : [];
  return Buffer.concat([header, ...blocks, ...end]);
}

/** Packs without any tool; only gzip makes the bytes fewer. */
export const pack: Readonly<Record<Packing["id"], (bytes: Uint8Array) => Uint8Array>> = {
  gz: (bytes) => new Uint8Array(gzipSync(bytes, { level: 1 })),
  xz: storedXz,
  zst: storedZst,
};
