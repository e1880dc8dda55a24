import { fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import { pastEndOf } from "../../io/past-end";
import type { ByteSource } from "../../io/source";
import { headerError } from "../header-error";

/** "QFI\xfb", big-endian. qcow2 begins with it too; the version tells them apart. */
export const magic = 0x514649fb;
const version = 1;

/** Bytes of the header. */
export const headerSize = 48;
/** Bytes of a table entry. */
export const entrySize = 8;
/** Sizes count whole sectors of this many bytes. */
const sectorSize = 512;

/** What qemu reads; Lamina's limits too. */
const limits = {
  clusterBits: { least: 9, most: 16 },
  l2Bits: { least: 6, most: 13 },
  backingName: 1023,
} as const;

/** The header by the names that qemu gives its fields. */
export interface Header {
  /** Seconds since 1970-01-01 UTC when the backing file was last changed; 0 without one. */
  readonly mtime: number;
  /** Virtual size in bytes, a multiple of 512: like qemu, a broken last sector is left off. */
  readonly size: number;
  /** Bytes: 2^cluster_bits, 512 to 65536. */
  readonly clusterSize: number;
  readonly clusterBits: number;
  /** Entries of an L2 table: 2^l2_bits, 64 to 8192. */
  readonly l2Size: number;
  /** 0 none, 1 AES. */
  readonly cryptMethod: 0 | 1;
  /** Entries of the L1 table; the header does not say, it follows from the size. */
  readonly l1Size: number;
  readonly l1TableOffset: number;
  /** The backing file's name as written, if any. */
  readonly backingName?: string;
}

/** Whether the bytes begin as qcow images of version 1 do. */
export function hasMagic(source: ByteSource): boolean {
  if (source.size < 8) return false;
  const bytes = new Uint8Array(8);
  source.read(0, bytes);
  const head = fields(bytes, { order: "big" });
  return head.u32(0) === magic && head.u32(4) === version;
}

/**
 * Reads and checks the header and the backing file's name, and that the L1 table lies in the file.
 * @throws ImageError `not-this-format`, `invalid-header`, `unsupported` (encryption method), `limit`,
 *   `truncated`, `io`.
 */
export function readHeader(source: ByteSource): Header {
  if (!hasMagic(source))
    throw new ImageError("not-this-format", `${source.name} is no qcow image of version 1`, {
      file: source.name,
      at: 0,
      expected: `0x${magic.toString(16)}, version ${version}`,
    });
  const bytes = new Uint8Array(headerSize);
  source.read(0, bytes);
  const file = fields(bytes, { order: "big", file: source.name });
  const clusterBits = file.u8(32);
  const l2Bits = file.u8(33);
  checkBits(source, 32, "cluster_bits", clusterBits, limits.clusterBits);
  checkBits(source, 33, "l2_bits", l2Bits, limits.l2Bits);
  const cryptMethod = file.u32(36);
  if (cryptMethod !== 0 && cryptMethod !== 1)
    throw new ImageError(
      "unsupported",
      `${source.name}: unsupported encryption method ${cryptMethod}`,
      { file: source.name, at: 36, expected: "0 or 1 (AES)", found: cryptMethod },
    );
  const size = file.u64(24);
  const l1Size = Math.ceil(size / 2 ** (clusterBits + l2Bits));
  const l1TableOffset = file.u64(40);
  checkL1Table(source, l1TableOffset, l1Size * entrySize);
  const backingName = readBackingName(source, file.u64(8), file.u32(16));
  return {
    mtime: file.u32(20),
    size: size - (size % sectorSize),
    clusterSize: 2 ** clusterBits,
    clusterBits,
    l2Size: 2 ** l2Bits,
    cryptMethod,
    l1Size,
    l1TableOffset,
    ...(backingName !== undefined && { backingName }),
  };
}

function checkBits(
  source: ByteSource,
  at: number,
  name: string,
  found: number,
  { least, most }: { least: number; most: number },
): void {
  if (found >= least && found <= most) return;
  const expected = `${least} to ${most}`;
  throw headerError(source, at, `${name} is not allowed`, { expected, found });
}

function checkL1Table(source: ByteSource, offset: number, length: number): void {
  if (offset < headerSize && length > 0)
    throw headerError(source, 40, "the L1 table begins in the header", {
      expected: `at least ${headerSize}`,
      found: offset,
    });
  if (offset + length > source.size) throw pastEndOf(source, "L1 table", offset, length);
}

/** The backing file's name lies anywhere in the file; undefined when there is none. */
function readBackingName(source: ByteSource, at: number, length: number): string | undefined {
  if (at === 0 || length === 0) return undefined;
  if (length > limits.backingName)
    throw headerError(source, 16, "the backing file's name is too long", {
      expected: `at most ${limits.backingName} bytes`,
      found: length,
    });
  if (at + length > source.size) throw pastEndOf(source, "backing file's name", at, length);
  const bytes = new Uint8Array(length);
  source.read(at, bytes);
  return fields(bytes, { order: "big" }).text(0, length) || undefined;
}
