import { putFields } from "../../codec/fields";
import { checksumOf } from "./checksum";
import { headerChecksumAt, headerCookie, headerSize } from "./dynamic-header";
import { epoch } from "./facts";
import { footerChecksumAt, footerCookie, footerSize, noDataOffset } from "./footer";

/** The reserved feature bit, which the specification wants set. */
const reservedFeature = 2;

/**
 * A footer with a fresh unique ID. Both sizes are `size`, and the geometry is the largest one, which
 * tells every program to take the size and not the geometry: so all agree on it to the sector.
 * @param size Bytes.
 */
export function footerBytes(
  diskType: 2 | 3,
  size: number,
  dataOffset: number | undefined,
): Uint8Array {
  const bytes = new Uint8Array(footerSize);
  const put = putFields(bytes, "big");
  put.text(0, footerCookie);
  put.u32(8, reservedFeature);
  put.u32(12, 0x00010000);
  put.u64(16, dataOffset ?? noDataOffset);
  put.u32(24, Math.floor((Date.now() - epoch) / 1000));
  put.text(28, "lmna");
  put.u32(32, 0x00010000);
  put.text(36, "Wi2k");
  put.u64(40, size);
  put.u64(48, size);
  put.u16(56, 65535);
  put.u8(58, 16);
  put.u8(59, 255);
  put.u32(60, diskType);
  put.bytes(68, newUuid());
  put.u32(footerChecksumAt, checksumOf(bytes, footerChecksumAt));
  return bytes;
}

/** A dynamic disk header without a parent. Offsets and sizes in bytes. */
export function dynamicHeaderBytes(
  tableOffset: number,
  maxTableEntries: number,
  blockSize: number,
): Uint8Array {
  const bytes = new Uint8Array(headerSize);
  const put = putFields(bytes, "big");
  put.text(0, headerCookie);
  put.u64(8, noDataOffset);
  put.u64(16, tableOffset);
  put.u32(24, 0x00010000);
  put.u32(28, maxTableEntries);
  put.u32(32, blockSize);
  put.u32(headerChecksumAt, checksumOf(bytes, headerChecksumAt));
  return bytes;
}

/** A fresh random UUID (RFC 9562, version 4). */
function newUuid(): Uint8Array {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = 0x40 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes;
}
