import { fields } from "../../codec/fields";
import type { ByteSource } from "../../io/source";
import { bytesOf, sectorSize } from "./sector";
import { errorAt } from "./vmdk-error";

/** Bits of the header's `flags`. */
export const flag = {
  newlineTest: 1,
  redundantGrainTable: 1 << 1,
  zeroedGrain: 1 << 2,
  compressed: 1 << 16,
  markers: 1 << 17,
} as const;

/** Instead of a grain's sector, where `flag.zeroedGrain` is set: zeros, whatever the parent holds. */
export const zeroedEntry = 1;

/** Bytes of the header; its last 433 are padding. */
export const headerSize = 512;

/** What the header's compressAlgorithm may be. */
export const compression = { none: 0, deflate: 1 } as const;

/** The four bytes that a transfer in text mode would change. */
export const newlines = [0x0a, 0x20, 0x0d, 0x0a] as const;

/** As in qemu: 1 GiB. */
const mostGrainSectors = 0x200000;
/** Decoding needs a whole grain in memory. */
const mostCompressedGrain = 2 * 1024 * 1024;
/** What the specification fixes it to, and qemu's limit. */
export const mostEntriesPerTable = 512;

/** The header of a hosted sparse extent (specification, "Hosted Sparse Extent Header"). All in bytes. */
export interface HostedHeader {
  readonly version: number;
  readonly flags: number;
  readonly capacity: number;
  readonly grainSize: number;
  /** 0 when the extent has no descriptor. */
  readonly descriptorOffset: number;
  readonly descriptorSize: number;
  readonly entriesPerTable: number;
  /** 0 when there is no copy. */
  readonly redundantDirectory: number;
  /** "at-end" when the footer tells it (GD_AT_END). */
  readonly directory: number | "at-end";
  readonly overhead: number;
  readonly uncleanShutdown: boolean;
  readonly isCompressed: boolean;
}

const gdAtEnd = 0xffff_ffff_ffff_ffffn;

/**
 * Reads the header at `at` (that of the file, or the footer).
 * @throws ImageError `truncated`, `unsupported` (version, compression), `invalid-header`, `limit`.
 */
export function readHostedHeader(source: ByteSource, at = 0): HostedHeader {
  const bytes = new Uint8Array(headerSize);
  source.read(at, bytes);
  const header = fields(bytes, { order: "little", file: source.name, base: at });
  const version = header.u32(4);
  if (version < 1 || version > 3) {
    throw errorAt("unsupported", source, at + 4, `sparse extent version ${version} is unknown`, {
      expected: "1, 2 or 3",
      found: version,
    });
  }
  const flags = header.u32(8);
  if ((flags & flag.newlineTest) !== 0) checkNewlines(source, at + 73, header.bytes(73, 4));
  const inBytes = (field: number, what: string): number =>
    bytesOf(header.u64(field), what, source.name, at + field);
  const grainSize = inBytes(20, "grain size");
  const isCompressed = readCompression(source, at, flags, header.u16(77));
  checkGrainSize(source, at + 20, grainSize, isCompressed);
  const entriesPerTable = header.u32(44);
  if (entriesPerTable < 1 || entriesPerTable > mostEntriesPerTable) {
    throw errorAt("invalid-header", source, at + 44, "numGTEsPerGT is out of range", {
      expected: `1 to ${mostEntriesPerTable}`,
      found: entriesPerTable,
    });
  }
  const hasDescriptor = header.u64(28) !== 0 && header.u64(36) !== 0;
  const atEnd = header.bits64(56) === gdAtEnd;
  const hasRedundant = (flags & flag.redundantGrainTable) !== 0;
  return {
    version,
    flags,
    capacity: inBytes(12, "capacity"),
    grainSize,
    descriptorOffset: hasDescriptor ? inBytes(28, "descriptor's offset") : 0,
    descriptorSize: hasDescriptor ? inBytes(36, "descriptor's size") : 0,
    entriesPerTable,
    redundantDirectory: hasRedundant ? inBytes(48, "redundant grain directory's offset") : 0,
    directory: atEnd ? "at-end" : inBytes(56, "grain directory's offset"),
    overhead: Number(header.bits64(64)) * sectorSize,
    uncleanShutdown: header.u8(72) !== 0,
    isCompressed,
  };
}

function checkNewlines(source: ByteSource, at: number, found: Uint8Array): void {
  if (newlines.every((byte, index) => found[index] === byte)) return;
  const hex = (bytes: Iterable<number>): string =>
    [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw errorAt("invalid-header", source, at, "the file's line ends were changed on its way", {
    expected: hex(newlines),
    found: hex(found),
    hint: "Copy the image again, in binary mode.",
  });
}

/** Whether grains are compressed: the algorithm says so, as in qemu, and the flag must not contradict it. */
function readCompression(
  source: ByteSource,
  at: number,
  flags: number,
  algorithm: number,
): boolean {
  if (algorithm > compression.deflate) {
    throw errorAt("unsupported", source, at + 77, `compression ${algorithm} is unknown`, {
      expected: "0 (none) or 1 (deflate)",
      found: algorithm,
    });
  }
  if ((flags & flag.compressed) !== 0 && algorithm === compression.none) {
    throw errorAt("invalid-header", source, at + 77, "grains are compressed with no algorithm", {
      expected: compression.deflate,
      found: algorithm,
    });
  }
  return algorithm === compression.deflate;
}

function checkGrainSize(
  source: ByteSource,
  at: number,
  grainSize: number,
  isCompressed: boolean,
): void {
  const sectors = grainSize / sectorSize;
  const isPower = sectors >= 1 && 2 ** Math.round(Math.log2(sectors)) === sectors;
  if (!isPower || sectors > mostGrainSectors) {
    throw errorAt("invalid-header", source, at, "the grain size is no power of two in range", {
      expected: `a power of two up to ${mostGrainSectors} sectors`,
      found: sectors,
    });
  }
  if (isCompressed && grainSize > mostCompressedGrain) {
    throw errorAt("limit", source, at, "compressed grains are too large", {
      expected: `at most ${mostCompressedGrain} bytes`,
      found: grainSize,
    });
  }
}
