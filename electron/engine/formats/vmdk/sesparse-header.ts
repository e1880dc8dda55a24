import { fields, type Fields } from "../../codec/fields";
import type { ByteSource } from "../../io/source";
import { bytesOf, sectorSize } from "./sector";
import { errorAt } from "./vmdk-error";

/** Where things lie in a space-efficient sparse extent; all in bytes. */
export interface SeSparseHeader {
  readonly capacity: number;
  readonly grainDirectory: number;
  readonly grainDirectorySize: number;
  readonly grainTables: number;
  readonly grains: number;
}

/** The grain size in sectors that every such extent has. */
export const grainSectors = 8;
/** Sectors of a grain table: 4096 entries of 8 bytes. */
const tableSectors = 64;

const constMagic = 0x00000000cafebaben;
const volatileMagic = 0x00000000cafecafen;
const knownVersion = 0x0000000200000001n;

function readSector(source: ByteSource, at: number): Fields {
  const bytes = new Uint8Array(sectorSize);
  source.read(at, bytes);
  return fields(bytes, { order: "little", file: source.name, base: at });
}

/**
 * Reads the constant and the volatile header. The format is not published, so that only what is known
 * to be is accepted: version 2.1, 4 KiB grains, no flags, and no journal that waits to be replayed.
 * @throws ImageError `invalid-header`, `unsupported`, `limit`, `truncated`.
 */
export function readSeSparseHeader(source: ByteSource): SeSparseHeader {
  const header = readSector(source, 0);
  requireValue(source, header, { at: 0, what: "constant header's magic", value: constMagic });
  requireValue(source, header, { at: 8, what: "version", value: knownVersion });
  requireValue(source, header, { at: 24, what: "grain size", value: BigInt(grainSectors) });
  requireValue(source, header, { at: 32, what: "grain table size", value: BigInt(tableSectors) });
  for (let at = 40; at < 80; at += 8) {
    requireValue(source, header, { at, what: at === 40 ? "flags" : "reserved field", value: 0n });
  }
  const inBytes = (at: number, what: string): number =>
    bytesOf(header.u64(at), what, source.name, at);
  const volatileAt = inBytes(80, "volatile header's offset");
  const changing = readSector(source, volatileAt);
  requireValue(source, changing, {
    base: volatileAt,
    at: 0,
    what: "volatile header's magic",
    value: volatileMagic,
  });
  if (changing.bits64(24) !== 0n) {
    throw errorAt("unsupported", source, volatileAt + 24, "the journal was not replayed", {
      hint: "Open and close the disk once on its ESXi host.",
    });
  }
  return {
    capacity: inBytes(16, "capacity"),
    grainDirectory: inBytes(128, "grain directory's offset"),
    grainDirectorySize: inBytes(136, "grain directory's size"),
    grainTables: inBytes(144, "grain tables' offset"),
    grains: inBytes(192, "grains' offset"),
  };
}

function requireValue(
  source: ByteSource,
  header: Fields,
  { base = 0, at, what, value }: { base?: number; at: number; what: string; value: bigint },
): void {
  const found = header.bits64(at);
  if (found === value) return;
  const code = what.endsWith("magic") ? "invalid-header" : "unsupported";
  throw errorAt(code, source, base + at, `the ${what} is not supported`, {
    expected: `0x${value.toString(16)}`,
    found: `0x${found.toString(16)}`,
  });
}
