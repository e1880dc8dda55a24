import { crc32c } from "../../../../electron/engine/codec/crc32c";
import { putFields, type PutFields } from "../../../../electron/engine/codec/fields";
import { guidBytes } from "../../../../electron/engine/codec/guid";
import { vhdx } from "../../../../electron/engine/formats/vhdx";
import { stackLayers, type DiskImage } from "../../../../electron/engine/image/disk-image";
import { closedGate } from "../../../../electron/engine/image/gate";
import { memoryTarget } from "../../../../electron/engine/io/memory";
import type { ByteSource, ByteTarget } from "../../../../electron/engine/io/source";

export const MiB = 2 ** 20;
const KiB = 1024;

/** An image put together by hand, for what qemu-img never writes. Sizes in bytes. */
export interface Handmade {
  /** Virtual size; 8 MiB by default. */
  readonly size?: number;
  readonly blockSize?: number;
  readonly sectorSize?: number;
  /** 1 LeaveBlocksAllocated, 2 HasParent. */
  readonly flags?: number;
  /** Entries of the BAT by their index; the others are 0. */
  readonly bat?: Readonly<Record<number, bigint>>;
  /** Length of the BAT region; 1 MiB by default. */
  readonly batLength?: number;
  readonly parentLocator?: Readonly<Record<string, string>>;
  /** A log GUID other than nil: the log is to be replayed. */
  readonly logGuid?: string;
  /** Length of the file; as much as the data area written to needs, by default 64 MiB. */
  readonly fileSize?: number;
}

/** Where the parts of a handmade image lie. */
export const places = {
  headers: [64 * KiB, 128 * KiB],
  regionTables: [192 * KiB, 256 * KiB],
  log: MiB,
  logLength: MiB,
  metadata: 2 * MiB,
  items: 2 * MiB + 64 * KiB,
  bat: 3 * MiB,
} as const;

/** Bytes that the item area keeps for each item; the n-th item begins at n times this. */
export const itemStep = 64;

export const guids = {
  bat: "2dc27766-f623-4200-9d64-115e9bfd4a08",
  metadata: "8b7ca206-4790-4b9a-b8fe-575f050f886e",
  fileParameters: "caa16737-fa36-4d43-b3b6-33f0aa44e76b",
  virtualDiskSize: "2fa54224-cd1b-4876-b211-5dbed83bf4b8",
  virtualDiskId: "beca12ab-b2e6-4523-93ef-c309e000c746",
  logicalSectorSize: "8141bf1d-a96f-4709-ba47-f233a8faab5f",
  physicalSectorSize: "cda348c7-445d-4471-9cc9-e9885251c556",
  parentLocator: "a8d35f2d-b30b-454d-abf7-d3d84834ab0c",
  locatorType: "b04aefb7-d19e-4a81-b789-25b8e9445913",
  dataWrite: "11111111-2222-4333-8444-555555555555",
  log: "99999999-2222-4333-8444-555555555555",
} as const;

/** A BAT entry. @param mebibyte Where the block lies, in MiB. */
export function entry(state: number, mebibyte = 0): bigint {
  return (BigInt(mebibyte) << 20n) | BigInt(state);
}

/** `length` bytes of which `write` fills some fields, little-endian. */
export function structure(length: number, write: (put: PutFields) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  write(putFields(bytes, "little"));
  return bytes;
}

/** The same bytes with the right checksum at 4. */
export function sealed(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy.fill(0, 4, 8);
  putFields(copy, "little").u32(4, crc32c(copy));
  return copy;
}

/** Changes a structure with a checksum in the file, and makes the checksum right again. */
export function change(
  target: ByteTarget,
  at: number,
  length: number,
  write: (put: PutFields) => void,
): void {
  const bytes = read(target, at, length);
  write(putFields(bytes, "little"));
  target.write(at, sealed(bytes));
}

/** Changes the header at `places.headers[index]`. */
export function changeHeader(
  target: ByteTarget,
  index: 0 | 1,
  write: (put: PutFields) => void,
): void {
  change(target, places.headers[index], 4 * KiB, write);
}

/** Changes both region tables. */
export function changeRegions(target: ByteTarget, write: (put: PutFields) => void): void {
  for (const at of places.regionTables) change(target, at, 64 * KiB, write);
}

export function utf16(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "utf16le"));
}

/** The image. What is written into it later becomes part of it. */
export function handmade(parts: Handmade = {}): ByteTarget {
  const target = memoryTarget("image.vhdx");
  target.truncate(parts.fileSize ?? 64 * MiB);
  target.write(0, new TextEncoder().encode("vhdxfile"));
  target.write(8, utf16("by hand"));
  for (const [index, at] of places.headers.entries())
    target.write(at, sealed(header(parts, index + 1)));
  for (const at of places.regionTables) target.write(at, sealed(regionTable(parts)));
  writeMetadata(target, parts);
  for (const [index, value] of Object.entries(parts.bat ?? {}))
    target.write(
      places.bat + Number(index) * 8,
      structure(8, (put) => put.u64(0, value)),
    );
  return target;
}

function header({ logGuid }: Handmade, sequenceNumber: number): Uint8Array {
  return structure(4 * KiB, (put) => {
    put.text(0, "head");
    put.u64(8, sequenceNumber);
    put.bytes(32, guidBytes(guids.dataWrite));
    if (logGuid !== undefined) put.bytes(48, guidBytes(logGuid));
    put.u16(66, 1);
    put.u32(68, places.logLength);
    put.u64(72, places.log);
  });
}

function regionTable({ batLength = MiB }: Handmade): Uint8Array {
  return structure(64 * KiB, (put) => {
    put.text(0, "regi");
    put.u32(8, 2);
    putRegion(put, 0, guids.bat, places.bat, batLength);
    putRegion(put, 1, guids.metadata, places.metadata, MiB);
  });
}

/** Writes a region table's entry. */
export function putRegion(
  put: PutFields,
  index: number,
  guid: string,
  offset: number,
  length: number,
  required = true,
): void {
  const at = 16 + index * 32;
  put.bytes(at, guidBytes(guid));
  put.u64(at + 16, offset);
  put.u32(at + 24, length);
  put.u32(at + 28, required ? 1 : 0);
}

function writeMetadata(target: ByteTarget, parts: Handmade): void {
  const { size = 8 * MiB, blockSize = MiB, sectorSize = 512, flags = 0, parentLocator } = parts;
  const items: [guid: string, bytes: Uint8Array][] = [
    [
      guids.fileParameters,
      structure(8, (put) => {
        put.u32(0, blockSize);
        put.u32(4, flags);
      }),
    ],
    [guids.virtualDiskSize, structure(8, (put) => put.u64(0, size))],
    [guids.virtualDiskId, guidBytes(guids.dataWrite)],
    [guids.logicalSectorSize, structure(4, (put) => put.u32(0, sectorSize))],
    [guids.physicalSectorSize, structure(4, (put) => put.u32(0, 4096))],
  ];
  if (parentLocator) items.push([guids.parentLocator, locatorBytes(parentLocator)]);
  const table = structure(64 * KiB, (put) => {
    put.text(0, "metadata");
    put.u16(10, items.length);
    for (const [index, [guid, bytes]] of items.entries())
      putItem(put, index, guid, itemOffset(index), bytes.length, index === 0 ? 4 : 6);
  });
  target.write(places.metadata, table);
  for (const [index, [, bytes]] of items.entries())
    target.write(places.metadata + itemOffset(index), bytes);
}

/** Where the n-th item lies in the metadata region. */
const itemOffset = (index: number): number => 64 * KiB + index * itemStep;

/** Writes a metadata table's entry. @param offset In the region. */
export function putItem(
  put: PutFields,
  index: number,
  guid: string,
  offset: number,
  length: number,
  flags: number,
): void {
  const at = 32 + index * 32;
  put.bytes(at, guidBytes(guid));
  put.u32(at + 16, offset);
  put.u32(at + 20, length);
  put.u32(at + 24, flags);
}

/** A parent locator with these keys and values. */
export function locatorBytes(values: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(values).map((pair) => pair.map(utf16) as [Uint8Array, Uint8Array]);
  const length = entries.flat().reduce((sum, bytes) => sum + bytes.length, 0);
  let next = 20 + entries.length * 12;
  return structure(next + length, (put) => {
    put.bytes(0, guidBytes(guids.locatorType));
    put.u16(18, entries.length);
    for (const [index, [key, value]] of entries.entries()) {
      const at = 20 + index * 12;
      put.u32(at, next);
      put.u32(at + 4, next + key.length);
      put.u16(at + 8, key.length);
      put.u16(at + 10, value.length);
      put.bytes(next, key);
      put.bytes(next + key.length, value);
      next += key.length + value.length;
    }
  });
}

/** Opens an image without its parent. */
export function open(source: ByteSource): DiskImage {
  return stackLayers([vhdx.open(source, closedGate)]);
}

/** Some bytes of a source or an image. */
export function read(
  from: { read(at: number, into: Uint8Array): void },
  at: number,
  length: number,
): Uint8Array {
  const bytes = new Uint8Array(length);
  from.read(at, bytes);
  return bytes;
}

/** `size` bytes that are all `value`. */
export function filled(size: number, value: number): Uint8Array {
  return new Uint8Array(size).fill(value);
}
