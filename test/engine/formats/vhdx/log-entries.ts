import { guidBytes } from "../../../../electron/engine/codec/guid";
import type { ByteTarget } from "../../../../electron/engine/io/source";
import { guids, places, sealed, structure } from "./handmade";

export const sector = 4096;

/** What a descriptor of a log entry changes: a sector's bytes, or a stretch that becomes zeros. */
export type Change = { readonly at: number | bigint } & (
  { readonly bytes: Uint8Array } | { readonly zeros: number | bigint }
);

/** A log entry by the specification's names. */
export interface EntryParts {
  readonly sequenceNumber: number;
  /** Where the entry begins in the log, in sectors. */
  readonly at: number;
  /** Where the sequence begins in the log, in sectors; where the entry begins when absent. */
  readonly tail?: number;
  readonly changes?: readonly Change[];
  readonly flushedFileOffset?: number | bigint;
  readonly lastFileOffset?: number | bigint;
  readonly logGuid?: string;
}

/** An entry's bytes, with the right checksum. */
export function entryBytes(parts: EntryParts): Uint8Array {
  const { changes = [], sequenceNumber } = parts;
  const area = Math.ceil((64 + changes.length * 32) / sector) * sector;
  const data = changes.filter((change) => "bytes" in change);
  const bytes = structure(area + data.length * sector, (put) => {
    put.text(0, "loge");
    put.u32(8, area + data.length * sector);
    put.u32(12, (parts.tail ?? parts.at) * sector);
    put.u64(16, sequenceNumber);
    put.u32(24, changes.length);
    put.bytes(32, guidBytes(parts.logGuid ?? guids.log));
    put.u64(48, parts.flushedFileOffset ?? 0);
    put.u64(56, parts.lastFileOffset ?? 0);
    for (const [index, change] of changes.entries()) {
      const at = 64 + index * 32;
      put.text(at, "bytes" in change ? "desc" : "zero");
      if ("bytes" in change) {
        put.bytes(at + 4, change.bytes.subarray(sector - 4));
        put.bytes(at + 8, change.bytes.subarray(0, 8));
      } else put.u64(at + 8, change.zeros);
      put.u64(at + 16, change.at);
      put.u64(at + 24, sequenceNumber);
    }
    for (const [index, { bytes: content }] of data.entries()) {
      const at = area + index * sector;
      put.text(at, "data");
      put.u32(at + 4, Math.floor(sequenceNumber / 2 ** 32));
      put.bytes(at + 8, content.subarray(8, sector - 4));
      put.u32(at + sector - 4, sequenceNumber % 2 ** 32);
    }
  });
  return sealed(bytes);
}

/** Writes bytes into the log from sector `at` on, past its end from its beginning. */
export function putInLog(target: ByteTarget, at: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; done += sector) {
    const inLog = (at * sector + done) % places.logLength;
    target.write(places.log + inLog, bytes.subarray(done, done + sector));
  }
}

/** Writes entries into the log, each where it says. */
export function writeLog(target: ByteTarget, ...entries: readonly EntryParts[]): ByteTarget {
  for (const entry of entries) putInLog(target, entry.at, entryBytes(entry));
  return target;
}
