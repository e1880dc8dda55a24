import { putFields } from "../../codec/fields";
import { guidBytes, newGuid } from "../../codec/guid";
import { checksumAt, checksumOf } from "./checksum";
import { creatorAt, creatorSize, fileSignature } from "./file-identifier";
import { headerSignature, headerSize } from "./header";
import {
  itemFlags,
  itemGuids,
  metadataEntriesAt,
  metadataEntrySize,
  metadataSignature,
  metadataTableSize,
  type ItemName,
} from "./metadata-table";
import { sectorSize, type Plan } from "./options";
import {
  regionEntriesAt,
  regionEntrySize,
  regionGuids,
  regionTableSignature,
  regionTableSize,
} from "./region-table";
import { utf16Bytes } from "./utf16";

/** The file type identifier: signature and creator. */
export function identifierBytes(): Uint8Array {
  const bytes = new Uint8Array(creatorAt + creatorSize);
  const put = putFields(bytes, "little");
  put.text(0, fileSignature);
  put.bytes(creatorAt, utf16Bytes("Lamina"));
  return bytes;
}

/** The GUIDs that a file's two headers share. */
export interface WriteGuids {
  readonly fileWriteGuid: Uint8Array;
  readonly dataWriteGuid: Uint8Array;
}

/** A header with an empty log. */
export function headerBytes(plan: Plan, guids: WriteGuids, sequenceNumber: number): Uint8Array {
  const bytes = new Uint8Array(headerSize);
  const put = putFields(bytes, "little");
  put.text(0, headerSignature);
  put.u64(8, sequenceNumber);
  put.bytes(16, guids.fileWriteGuid);
  put.bytes(32, guids.dataWriteGuid);
  put.u16(66, 1);
  put.u32(68, plan.logLength);
  put.u64(72, plan.logOffset);
  return withChecksum(bytes);
}

/** The region table: BAT and metadata. */
export function regionTableBytes(plan: Plan): Uint8Array {
  const bytes = new Uint8Array(regionTableSize);
  const put = putFields(bytes, "little");
  const regions = [
    { guid: regionGuids.bat, offset: plan.batOffset, length: plan.batLength },
    { guid: regionGuids.metadata, offset: plan.metadataOffset, length: plan.metadataLength },
  ];
  put.text(0, regionTableSignature);
  put.u32(8, regions.length);
  for (const [index, { guid, offset, length }] of regions.entries()) {
    const at = regionEntriesAt + index * regionEntrySize;
    put.bytes(at, guidBytes(guid));
    put.u64(at + 16, offset);
    put.u32(at + 24, length);
    put.u32(at + 28, 1);
  }
  return withChecksum(bytes);
}

/** The metadata table and, behind it, every required item, with a fresh virtual disk ID. */
export function metadataBytes(plan: Plan): Uint8Array {
  const { isVirtualDisk, isRequired } = itemFlags;
  const items: readonly { name: ItemName; flags: number; bytes: Uint8Array }[] = [
    { name: "fileParameters", flags: isRequired, bytes: fileParameters(plan) },
    { name: "virtualDiskSize", flags: isVirtualDisk | isRequired, bytes: number(plan.size, 8) },
    { name: "virtualDiskId", flags: isVirtualDisk | isRequired, bytes: newGuid() },
    { name: "logicalSectorSize", flags: isVirtualDisk | isRequired, bytes: number(sectorSize, 4) },
    { name: "physicalSectorSize", flags: isVirtualDisk | isRequired, bytes: number(sectorSize, 4) },
  ];
  const length = items.reduce((sum, { bytes }) => sum + bytes.length, metadataTableSize);
  const all = new Uint8Array(length);
  const put = putFields(all, "little");
  put.text(0, metadataSignature);
  put.u16(10, items.length);
  let itemAt = metadataTableSize;
  for (const [index, { name, flags, bytes }] of items.entries()) {
    const at = metadataEntriesAt + index * metadataEntrySize;
    put.bytes(at, guidBytes(itemGuids[name]));
    put.u32(at + 16, itemAt);
    put.u32(at + 20, bytes.length);
    put.u32(at + 24, flags);
    put.bytes(itemAt, bytes);
    itemAt += bytes.length;
  }
  return all;
}

function fileParameters({ blockSize, subformat }: Plan): Uint8Array {
  const bytes = new Uint8Array(8);
  const put = putFields(bytes, "little");
  put.u32(0, blockSize);
  // LeaveBlocksAllocated.
  put.u32(4, subformat === "fixed" ? 1 : 0);
  return bytes;
}

function number(value: number, length: 4 | 8): Uint8Array {
  const bytes = new Uint8Array(length);
  const put = putFields(bytes, "little");
  if (length === 8) put.u64(0, value);
  else put.u32(0, value);
  return bytes;
}

function withChecksum(bytes: Uint8Array): Uint8Array {
  putFields(bytes, "little").u32(checksumAt, checksumOf(bytes));
  return bytes;
}
