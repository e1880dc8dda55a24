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
  const { name, offset, length } = place;
  requireShape(source, header, place);
  if (offset === 0) throw misplaced(source, header, place);
  if (offset + length > source.size) throw pastEndOf(source, name, offset, length);
}

/** Checks a table's length and that it lies on a cluster. @throws ImageError `invalid-table`, `limit`. */
function requireShape(source: ByteSource, header: Header, place: TablePlace): void {
  const { name, offset, length, saidAt, limit = Infinity } = place;
  if (length > limit) {
    throw new ImageError("limit", `${source.name}: the ${name} of ${length} bytes is too large`, {
      file: source.name,
      at: saidAt,
      expected: `at most ${limit} bytes`,
      found: length,
    });
  }
  if (offset % header.clusterSize !== 0) throw misplaced(source, header, place);
}

function misplaced(source: ByteSource, header: Header, place: TablePlace): ImageError {
  const { name, offset: found, saidAt: at } = place;
  return new ImageError("invalid-table", `${source.name}: the ${name}'s offset is not allowed`, {
    file: source.name,
    at,
    expected: `a multiple of ${header.clusterSize}, not 0`,
    found,
  });
}

const refcountTable = ({
  refcountTableOffset: offset,
  refcountTableClusters,
  clusterSize,
}: Header): TablePlace => ({
  name: "refcount table",
  offset,
  length: refcountTableClusters * clusterSize,
  saidAt: 48,
  limit: limits.refcountTable,
});

/**
 * Refuses a refcount table that no image can have, as qemu does. Reading needs no refcounts: where the
 * table is lost, disk and snapshots are not, and a repair counts anew.
 * @throws ImageError `invalid-table`, `limit`.
 */
export const checkRefcountTableShape = (source: ByteSource, header: Header): void =>
  requireShape(source, header, refcountTable(header));

/**
 * Checks where the refcount table lies, for those who read it. A file may end inside the last cluster,
 * as it may for data.
 * @throws ImageError `invalid-header`, `invalid-table`, `limit`, `truncated`.
 */
export function checkRefcountTable(source: ByteSource, header: Header): void {
  if (header.refcountTableClusters === 0) {
    throw headerError(source, 56, "the image has no refcount table", {
      expected: "at least 1 cluster",
      found: 0,
    });
  }
  const place = refcountTable(header);
  const { offset, length } = place;
  const end = Math.ceil(source.size / header.clusterSize) * header.clusterSize;
  requireTable(source, header, {
    ...place,
    length: offset + length <= end ? Math.min(length, source.size - offset) : length,
  });
}
