import { ImageError } from "../../../errors";
import type { ByteSource, ByteTarget } from "../../../io/source";
import { readBitmapDirectory, type BitmapDirectory } from "../bitmap-entries";
import { incompatible, unknownBits, unsupportedFeatures } from "../features";
import { hasExtendedL2, l2EntriesOf, limits, readHeader, type Header } from "../header";
import { readHeaderExtensions, type HeaderExtensions } from "../header-extensions";
import { requireTable } from "../tables";
import { readSnapshotTable, type SnapshotEntry } from "./snapshot-table";

/** A qcow2 image as those see it who change it: its header and the tables that the header points to. */
export interface ImageTables {
  readonly file: ByteSource;
  readonly header: Header;
  readonly extensions: HeaderExtensions;
  /** Entries of an L2 table. */
  readonly l2Entries: number;
  /** Bytes of an L2 entry: 8 or 16. */
  readonly l2EntrySize: number;
  /** All, or those before the first that cannot be read. */
  readonly snapshots: readonly SnapshotEntry[];
  /** Why not all snapshots could be read: what uses which cluster is not known then. */
  readonly lostSnapshots?: ImageError;
  readonly bitmaps: BitmapDirectory;
}

/**
 * Reads the header, snapshot table and bitmap directory, and refuses an image whose features Lamina does not know.
 * @throws ImageError `not-this-format`, `unsupported`, `invalid-header`, `invalid-table`, `limit`,
 *   `truncated`, `io`.
 */
export function readImageTables(file: ByteSource): ImageTables {
  const tables = readTablesThere(file);
  const lost = tables.lostSnapshots ?? tables.bitmaps.lost;
  if (lost) throw lost;
  return tables;
}

/** As `readImageTables`, with what can be read of a damaged snapshot table or bitmap directory. */
export function readTablesThere(file: ByteSource): ImageTables {
  const header = readHeader(file);
  const extensions = readHeaderExtensions(file, header);
  const unknown = unknownBits("incompatible", header.incompatibleFeatures);
  if (unknown.length > 0) throw unsupportedFeatures(unknown, extensions.featureNames, file.name);
  const extended = hasExtendedL2(header);
  const { entries: snapshots, lost } = readSnapshotTable(file, header);
  return {
    file,
    header,
    extensions,
    l2Entries: l2EntriesOf(header.clusterSize, extended),
    l2EntrySize: extended ? 16 : 8,
    snapshots,
    ...(lost && { lostSnapshots: lost }),
    bitmaps: readBitmapDirectory(file, header, extensions),
  };
}

/** An image that may be changed. */
export interface ChangeableImage extends ImageTables {
  readonly file: ByteTarget;
}

/**
 * As `readImageTables`, for an image that is sound as far as its header tells.
 * @throws ImageError as `readImageTables`, and `unsupported` with the mend for a dirty or corrupt image.
 */
export function openForEdit(file: ByteTarget): ChangeableImage {
  const tables = readImageTables(file);
  const { incompatibleFeatures } = tables.header;
  const marked =
    (incompatibleFeatures & incompatible.corrupt) !== 0n
      ? "corrupt"
      : (incompatibleFeatures & incompatible.dirty) !== 0n
        ? "dirty"
        : undefined;
  if (marked !== undefined) {
    throw new ImageError("unsupported", `${file.name} is marked ${marked} and cannot be changed`, {
      file: file.name,
      at: 72,
      found: marked,
      hint: "Repair the image (check -r all) first.",
    });
  }
  return { ...tables, file };
}

/** An L1 table: how many entries, and where. */
export interface L1Place {
  readonly l1Size: number;
  readonly l1TableOffset: number;
}

/** A copy of a whole L1 table. @throws ImageError `limit`, `invalid-table`, `truncated`, `io`. */
export function readL1({ file, header }: ImageTables, place: L1Place): DataView {
  const { l1Size, l1TableOffset: offset } = place;
  const length = l1Size * 8;
  if (length > 0) {
    const limit = limits.l1Table;
    requireTable(file, header, { name: "L1 table", offset, length, saidAt: 40, limit });
  }
  const bytes = new Uint8Array(length);
  file.read(offset, bytes);
  return new DataView(bytes.buffer);
}

/**
 * A copy of the L2 table at byte `offset`, in `into` where that is given: memory of a cluster's size.
 * @throws ImageError `invalid-table`, `truncated`, `io`.
 */
export function readL2(
  { file, header }: ImageTables,
  offset: number,
  into = new Uint8Array(header.clusterSize),
): DataView {
  const length = header.clusterSize;
  requireTable(file, header, { name: "L2 table", offset, length, saidAt: header.l1TableOffset });
  file.read(offset, into);
  return new DataView(into.buffer, into.byteOffset, length);
}
