import { ImageError } from "../../errors";
import { pastEndOf } from "../../io/past-end";
import type { ByteSource } from "../../io/source";
import { headerError } from "../header-error";
import { limits, type Header } from "./header";

/** A table that the header or another table points to. */
export interface TablePlace {
  /** What it is, in the specification's words. */
  readonly name: string;
  /** Byte offset of the table in the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /** Byte offset of the field or entry that says so. */
  readonly saidAt: number;
  /** Bytes that Lamina accepts at most; no limit when absent. */
  readonly limit?: number;
}

/**
 * Checks a table's place before anything is allocated or read: on a cluster, behind the header, not
 * past what Lamina accepts, wholly in the file.
 * @throws ImageError `invalid-table`, `limit`, `truncated`.
 */
export function requireTable(source: ByteSource, header: Header, place: TablePlace): void {
  const { name, offset, length, saidAt, limit = Infinity } = place;
  if (length > limit) {
    throw new ImageError("limit", `${source.name}: the ${name} of ${length} bytes is too large`, {
      file: source.name,
      at: saidAt,
      expected: `at most ${limit} bytes`,
      found: length,
    });
  }
  if (offset % header.clusterSize !== 0 || offset === 0) {
    throw new ImageError("invalid-table", `${source.name}: the ${name}'s offset is not allowed`, {
      file: source.name,
      at: saidAt,
      expected: `a multiple of ${header.clusterSize}, not 0`,
      found: offset,
    });
  }
  if (offset + length > source.size) throw pastEndOf(source, name, offset, length);
}

/**
 * Checks where the refcount table lies. Reading needs no refcounts; a wrong place tells that the
 * header or the file's end is lost. A file may end inside the last cluster, as it may for data.
 * @throws ImageError `invalid-header`, `invalid-table`, `limit`, `truncated`.
 */
export function checkRefcountTable(source: ByteSource, header: Header): void {
  const { refcountTableClusters, refcountTableOffset: offset, clusterSize } = header;
  if (refcountTableClusters === 0) {
    throw headerError(source, 56, "the image has no refcount table", {
      expected: "at least 1 cluster",
      found: 0,
    });
  }
  const length = refcountTableClusters * clusterSize;
  const end = Math.ceil(source.size / clusterSize) * clusterSize;
  requireTable(source, header, {
    name: "refcount table",
    offset,
    length: offset + length <= end ? Math.min(length, source.size - offset) : length,
    saidAt: 48,
    limit: limits.refcountTable,
  });
}
