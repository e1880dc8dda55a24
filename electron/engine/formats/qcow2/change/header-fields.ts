import { putFields, type PutFields } from "../../../codec/fields";
import { autoclear } from "../features";
import type { Header } from "../header";

/** Bytes that reach the disk as a whole or not at all; all that a change switches lies in the first. */
export const sectorSize = 512;

/** Fields of the header that a change sets, with their names there. */
export type HeaderFields = {
  -readonly [
    K in
      | "version"
      | "backingFileOffset"
      | "backingFileSize"
      | "size"
      | "l1Size"
      | "l1TableOffset"
      | "refcountTableOffset"
      | "refcountTableClusters"
      | "nbSnapshots"
      | "snapshotsOffset"
      | "incompatibleFeatures"
      | "compatibleFeatures"
      | "autoclearFeatures"
      | "refcountOrder"
      | "headerLength"
  ]?: Header[K];
};

type Put = (put: PutFields, at: number, value: number | bigint) => void;
const u32: Put = (put, at, value) => put.u32(at, Number(value));
const u64: Put = (put, at, value) => put.u64(at, value);

/** Where each field lies (specification, "Header"); those from byte 72 on only in version 3. */
const places: Record<keyof HeaderFields, { at: number; put: Put }> = {
  version: { at: 4, put: u32 },
  backingFileOffset: { at: 8, put: u64 },
  backingFileSize: { at: 16, put: u32 },
  size: { at: 24, put: u64 },
  l1Size: { at: 36, put: u32 },
  l1TableOffset: { at: 40, put: u64 },
  refcountTableOffset: { at: 48, put: u64 },
  refcountTableClusters: { at: 56, put: u32 },
  nbSnapshots: { at: 60, put: u32 },
  snapshotsOffset: { at: 64, put: u64 },
  incompatibleFeatures: { at: 72, put: u64 },
  compatibleFeatures: { at: 80, put: u64 },
  autoclearFeatures: { at: 88, put: u64 },
  refcountOrder: { at: 96, put: u32 },
  headerLength: { at: 100, put: u32 },
};

/**
 * Sets fields in `sector`, the file's first 512 bytes. Who writes an image clears the autoclear bits
 * that he does not know (specification, "autoclear_features").
 */
export function putHeaderFields(sector: Uint8Array, header: Header, fields: HeaderFields): void {
  const put = putFields(sector, "big");
  const three = (fields.version ?? header.version) === 3;
  const known = autoclear.bitmaps | autoclear.rawExternalData;
  const all: HeaderFields = {
    ...(three && { autoclearFeatures: header.autoclearFeatures & known }),
    ...fields,
  };
  for (const [name, value] of Object.entries(all)) {
    const { at, put: write } = places[name as keyof HeaderFields];
    if (at < 72 || three) write(put, at, value);
  }
}
