import { fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import { pastEndOf } from "../../io/past-end";
import type { ByteSource } from "../../io/source";
import { headerError } from "../header-error";
import { checksumOf } from "./checksum";
import { readLocatorEntries, type ParentLocator } from "./parent-locators";
import { sectorSize, uuidText, type Footer } from "./footer";

/** Bytes of the dynamic disk header. */
export const headerSize = 1024;
export const headerCookie = "cxsparse";
export const headerChecksumAt = 36;
/** Bytes of an entry of the block allocation table. */
export const entrySize = 4;
/** The dynamic disk header's fields by the specification's names. */
export interface DynamicHeader {
  /** Byte offset of the block allocation table. */
  readonly tableOffset: number;
  readonly maxTableEntries: number;
  /** Guest bytes of a block, a power of two. */
  readonly blockSize: number;
  readonly parentUniqueId: string;
  /** When the parent was last changed: seconds since 2000-01-01 UTC. */
  readonly parentTimeStamp: number;
  /** UTF-16, big-endian, padded with NULs. */
  readonly parentUnicodeName: Uint8Array;
  /** Those in use. */
  readonly parentLocators: readonly ParentLocator[];
  readonly checksumWrong: boolean;
}

/**
 * Reads and checks the dynamic disk header, and that the block allocation table lies in the file and
 * reaches to the end of a disk of `size` bytes.
 * @throws ImageError `invalid-header`, `unsupported` (version), `limit`, `truncated`, `io`.
 */
export function readDynamicHeader(source: ByteSource, footer: Footer, size: number): DynamicHeader {
  const at = offsetOf(source, footer);
  const bytes = new Uint8Array(headerSize);
  source.read(at, bytes);
  const header = fields(bytes, { order: "big", file: source.name, base: at });
  const cookie = header.text(0, 8);
  if (cookie !== headerCookie)
    throw headerError(source, at, "the dynamic disk header is not where the footer says", {
      expected: headerCookie,
      found: cookie,
    });
  if (header.u16(24) !== 1)
    throw new ImageError("unsupported", `${source.name}: unknown dynamic disk header version`, {
      file: source.name,
      at: at + 24,
      expected: "1.0",
      found: `${header.u16(24)}.${header.u16(26)}`,
    });
  const blockSize = header.u32(32);
  if (blockSize < sectorSize || !Number.isInteger(Math.log2(blockSize)))
    throw headerError(source, at + 32, "the block size is not allowed", {
      expected: `a power of two, at least ${sectorSize}`,
      found: blockSize,
    });
  const maxTableEntries = header.u32(28);
  const needed = Math.ceil(size / blockSize);
  if (maxTableEntries < needed)
    throw headerError(source, at + 28, "the table has fewer entries than the disk has blocks", {
      expected: `at least ${needed}`,
      found: maxTableEntries,
    });
  const tableOffset = header.u64(16);
  requireTable(source, tableOffset, maxTableEntries * entrySize);
  return {
    tableOffset,
    maxTableEntries,
    blockSize,
    parentUniqueId: uuidText(header.bytes(40, 16)),
    parentTimeStamp: header.u32(56),
    parentUnicodeName: header.bytes(64, 512),
    parentLocators: readLocatorEntries(header),
    checksumWrong: header.u32(headerChecksumAt) !== checksumOf(bytes, headerChecksumAt),
  };
}

/** Where the footer says that the header is. */
function offsetOf(source: ByteSource, { dataOffset }: Footer): number {
  if (dataOffset + BigInt(headerSize) <= BigInt(source.size)) return Number(dataOffset);
  throw new ImageError(
    "truncated",
    `${source.name} ends at byte ${source.size}, before the dynamic disk header at byte ${dataOffset}`,
    { file: source.name, at: Number(dataOffset), expected: headerSize, found: source.size },
  );
}

function requireTable(source: ByteSource, offset: number, length: number): void {
  if (offset + length <= source.size) return;
  throw pastEndOf(source, "block allocation table", offset, length);
}
