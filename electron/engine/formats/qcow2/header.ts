import { fields, type Fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import { headerError } from "../header-error";
import { incompatible } from "./features";

/** "QFI\xfb", big-endian. qcow (version 1) begins with it too. */
export const magic = 0x514649fb;

/** Bytes of the header's fields in version 2, and in version 3 up to `header_length` (specification, "Header"). */
export const version2Length = 72;
const version3Length = 104;
/** Bytes of the header that qemu writes today: up to and with `compression_type` and its padding. */
export const writtenLength = 112;

/** What qemu reads and writes; Lamina's limits too. Sizes in bytes. */
export const limits = {
  minClusterBits: 9,
  maxClusterBits: 21,
  minExtendedL2ClusterBits: 14,
  maxRefcountOrder: 6,
  l1Table: 32 * 1024 * 1024,
  refcountTable: 8 * 1024 * 1024,
  snapshots: 65536,
  backingName: 1023,
} as const;

/** The header with the specification's field names; version 2's missing fields take their implied values. */
export interface Header {
  readonly version: 2 | 3;
  /** Byte offset of the backing file's name; 0 without one. */
  readonly backingFileOffset: number;
  /** Bytes of that name. */
  readonly backingFileSize: number;
  /** 9 to 21. */
  readonly clusterBits: number;
  /** Bytes: 2^clusterBits. */
  readonly clusterSize: number;
  /** Virtual size in bytes, a multiple of 512: like qemu, a broken last sector is left off. */
  readonly size: number;
  /** 0 none, 1 AES, 2 LUKS. */
  readonly cryptMethod: number;
  /** Entries of the active L1 table. */
  readonly l1Size: number;
  readonly l1TableOffset: number;
  readonly refcountTableOffset: number;
  readonly refcountTableClusters: number;
  readonly nbSnapshots: number;
  readonly snapshotsOffset: number;
  readonly incompatibleFeatures: bigint;
  readonly compatibleFeatures: bigint;
  readonly autoclearFeatures: bigint;
  /** 0 to 6; refcounts are 2^refcountOrder bits wide. */
  readonly refcountOrder: number;
  /** Bytes. */
  readonly headerLength: number;
  /** 0 zlib, 1 zstd; others only in images that `open` refuses. */
  readonly compressionType: number;
}

/** Whether the bytes begin as qcow2 of any version do; version 1 is another format. */
export function hasMagic(source: ByteSource): boolean {
  if (source.size < 8) return false;
  const bytes = new Uint8Array(8);
  source.read(0, bytes);
  const head = fields(bytes, { order: "big" });
  return head.u32(0) === magic && head.u32(4) >= 2;
}

/** The first bytes of the file, as many of `length` as there are. */
function beginning(source: ByteSource, length: number): Fields {
  const bytes = new Uint8Array(Math.min(length, source.size));
  source.read(0, bytes);
  return fields(bytes, { order: "big", file: source.name });
}

function readVersion(head: Fields, source: ByteSource): 2 | 3 {
  if (!hasMagic(source)) {
    throw new ImageError("not-this-format", `${source.name} is not a qcow2 image`, {
      file: source.name,
      at: 0,
      expected: "QFI\\xfb and version 2 or 3",
    });
  }
  const version = head.u32(4);
  if (version === 2 || version === 3) return version;
  throw new ImageError("unsupported", `${source.name}: unsupported qcow2 version ${version}`, {
    file: source.name,
    at: 4,
    expected: "2 or 3",
    found: version,
  });
}

/** Reads `header_length` and refuses what cannot hold version 3's fields or leaves the first cluster. */
function readHeaderLength(head: Fields, source: ByteSource, clusterSize: number): number {
  const length = head.u32(100);
  const expected = `a multiple of 8 from ${version3Length} to ${clusterSize}`;
  if (length >= version3Length && length % 8 === 0 && length <= clusterSize) return length;
  throw headerError(source, 100, `the header length ${length} is not allowed`, {
    expected,
    found: length,
  });
}

/**
 * Reads the header's fields and checks those that the rest of the header hangs on: version, cluster
 * size, header length and refcount width. Which features and tables are sound is checked in open.ts.
 * @throws ImageError `not-this-format`, `unsupported` (version), `invalid-header`, `truncated`, `limit`.
 */
export function readHeader(source: ByteSource): Header {
  const head = beginning(source, writtenLength);
  const version = readVersion(head, source);
  const clusterBits = head.u32(20);
  if (clusterBits < limits.minClusterBits || clusterBits > limits.maxClusterBits) {
    throw headerError(source, 20, `unsupported cluster size: 2^${clusterBits} bytes`, {
      expected: `2^${limits.minClusterBits} to 2^${limits.maxClusterBits}`,
      found: clusterBits,
    });
  }
  const clusterSize = 2 ** clusterBits;
  const three = version === 3;
  const headerLength = three ? readHeaderLength(head, source, clusterSize) : version2Length;
  const refcountOrder = three ? head.u32(96) : 4;
  if (refcountOrder > limits.maxRefcountOrder) {
    throw headerError(source, 96, `the refcount width 2^${refcountOrder} is past 64 bits`, {
      expected: `at most ${limits.maxRefcountOrder}`,
      found: refcountOrder,
    });
  }
  return {
    version,
    backingFileOffset: head.u64(8),
    backingFileSize: head.u32(16),
    clusterBits,
    clusterSize,
    size: Math.floor(head.u64(24) / 512) * 512,
    cryptMethod: head.u32(32),
    l1Size: head.u32(36),
    l1TableOffset: head.u64(40),
    refcountTableOffset: head.u64(48),
    refcountTableClusters: head.u32(56),
    nbSnapshots: head.u32(60),
    snapshotsOffset: head.u64(64),
    incompatibleFeatures: three ? head.bits64(72) : 0n,
    compatibleFeatures: three ? head.bits64(80) : 0n,
    autoclearFeatures: three ? head.bits64(88) : 0n,
    refcountOrder,
    headerLength,
    // The field is there only when header_length reaches past it.
    compressionType: headerLength > version3Length ? head.u8(104) : 0,
  };
}

/** Whether L2 entries are 128 bits wide and describe subclusters. */
export function hasExtendedL2(header: Header): boolean {
  return (header.incompatibleFeatures & incompatible.extendedL2) !== 0n;
}

/** Whether guest data lies in another file. */
export function hasDataFile(header: Header): boolean {
  return (header.incompatibleFeatures & incompatible.externalDataFile) !== 0n;
}

/** Entries that one L2 table holds: a power of two. */
export function l2EntriesOf(clusterSize: number, extendedL2: boolean): number {
  return clusterSize / (extendedL2 ? 16 : 8);
}
