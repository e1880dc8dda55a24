import { ImageError } from "../../errors";
import type { ImageLayer, ParentRef } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import { headerError } from "../header-error";
import type { OpenOptions } from "../format";
import { readBitmapDirectory } from "./bitmap-entries";
import { bitmapOf } from "./bitmaps";
import { factsOf } from "./facts";
import { incompatible, unknownBits, unsupportedFeatures } from "./features";
import { hasExtendedL2, limits, readHeader, type Header } from "./header";
import { readBackingName, readHeaderExtensions, type HeaderExtensions } from "./header-extensions";
import { openGuestData, type Gate } from "./guest-data";
import { readLuksHeader } from "./luks-header";
import { readL1Table } from "./l1-table";
import { createL2Tables } from "./l2-table";
import { createMap } from "./map";
import { createMapColumns } from "./map-columns";
import { atSnapshot, readSnapshotsThere } from "./snapshots";
import { checkRefcountTableShape } from "./tables";
import { countUsedClusters } from "./used-clusters";

/**
 * Opens a qcow2 image of version 2 or 3, or one of its internal snapshots as the disk that it was.
 * Encrypted images open without their passphrase, and images without their data file, and show their
 * facts; their data cannot be read then. Dirty and corrupt images open: reading needs no refcounts,
 * and the disk neither snapshots nor bitmaps: of a damaged snapshot table, those before the damage are
 * there, and of a damaged bitmap directory those that are sound.
 * @throws ImageError `not-this-format`, `unsupported` (version, unknown feature or method),
 *   `invalid-header`, `invalid-table`, `invalid-argument` (no such snapshot), `limit`, `truncated`, `io`.
 */
export function openQcow2(source: ByteSource, gate: Gate, how: OpenOptions): ImageLayer {
  const header = readHeader(source);
  checkIncompatibleFeatures(source, header);
  checkCompression(source, header);
  checkExtendedL2(source, header);
  const backingName = readBackingName(source, header);
  const extensions = readHeaderExtensions(source, header);
  const { encryption, encryptionAt } = encryptionOf(source, header, extensions);
  const luks = encryptionAt === undefined ? undefined : readLuksHeader(source, encryptionAt);
  checkRefcountTableShape(source, header);
  const { entries: snapshots, lost } = readSnapshotsThere(source, header);
  // The disk is read without them; of the snapshots, those that are there.
  if (lost && how.snapshot !== undefined && how.snapshot >= snapshots.length) throw lost;
  const bitmaps = readBitmapDirectory(source, header, extensions);
  const facts = factsOf({
    header,
    extensions,
    snapshots: snapshots.map((snapshot) => snapshot.facts),
    bitmaps: bitmaps.entries.map(bitmapOf),
    bitmapsLost: bitmaps.lost !== undefined,
    ...(encryption !== undefined && { encryption }),
    ...(luks && { luks }),
  });
  const shown =
    how.snapshot === undefined ? header : atSnapshot(source, header, snapshots, how.snapshot);
  const l1 = readL1Table(source, shown);
  const { passphrase } = how;
  const data = openGuestData(source, gate, {
    header,
    extensions,
    encryption,
    ...(luks && { luks }),
    ...(passphrase !== undefined && { passphrase }),
  });
  // Each with tables of its own: the memory of a slice that one still uses serves another in time.
  const mapColumns = createMapColumns(source, shown, l1, createL2Tables(source, shown), data);
  const { backingFormat } = extensions;
  const parent: ParentRef | undefined =
    backingName === undefined
      ? undefined
      : { name: backingName, ...(backingFormat ? { format: backingFormat } : {}) };
  return {
    format: "qcow2",
    source,
    ...(data.dataFile && { otherFiles: [data.dataFile] }),
    size: shown.size,
    blockSize: header.clusterSize,
    ...(parent && { parent }),
    facts,
    ...(lost && { lostSnapshots: lost }),
    ...(bitmaps.lost && { lostBitmaps: bitmaps.lost }),
    map: createMap(source, shown, l1, createL2Tables(source, shown), data),
    ...(mapColumns && { mapColumns }),
    requireReadable() {
      data.sourceAt(0, 0);
    },
    usedBytes: (enough = Infinity) =>
      countUsedClusters(source, header, enough / header.clusterSize) * header.clusterSize,
    close() {
      data.dataFile?.close();
      source.close();
    },
  };
}

function checkIncompatibleFeatures(source: ByteSource, header: Header): void {
  const unknown = unknownBits("incompatible", header.incompatibleFeatures);
  if (unknown.length === 0) return;
  throw unsupportedFeatures(unknown, featureNamesOf(source, header), source.name);
}

/** The image's own names for features; none when the header extensions are damaged. */
function featureNamesOf(source: ByteSource, header: Header): HeaderExtensions["featureNames"] {
  try {
    return readHeaderExtensions(source, header).featureNames;
  } catch (error) {
    if (error instanceof ImageError) return [];
    throw error;
  }
}

function checkCompression(source: ByteSource, header: Header): void {
  const { compressionType: type } = header;
  const flagged = (header.incompatibleFeatures & incompatible.compressionType) !== 0n;
  if (flagged !== (type !== 0)) {
    throw headerError(source, 104, "the compression type and its feature bit do not agree", {
      expected: flagged ? "a type other than 0" : 0,
      found: type,
    });
  }
  if (type <= 1) return;
  throw new ImageError("unsupported", `${source.name}: unknown compression type ${type}`, {
    file: source.name,
    at: 104,
    expected: "0 (zlib) or 1 (zstd)",
    found: type,
  });
}

function checkExtendedL2(source: ByteSource, header: Header): void {
  const least = limits.minExtendedL2ClusterBits;
  if (!hasExtendedL2(header) || header.clusterBits >= least) return;
  throw headerError(source, 20, "extended L2 entries need larger clusters", {
    expected: `at least 2^${least} bytes`,
    found: header.clusterBits,
  });
}

/** How guest data is encrypted, and where its LUKS header lies (specification, "crypt_method" and "Full disk encryption header pointer"). */
function encryptionOf(
  source: ByteSource,
  header: Header,
  extensions: HeaderExtensions,
): { readonly encryption?: string; readonly encryptionAt?: number } {
  const { cryptMethod } = header;
  if (cryptMethod === 0) return {};
  if (cryptMethod === 1) return { encryption: "aes" };
  if (cryptMethod !== 2) {
    throw new ImageError(
      "unsupported",
      `${source.name}: unsupported encryption method ${cryptMethod}`,
      { file: source.name, at: 32, expected: "0, 1 (AES) or 2 (LUKS)", found: cryptMethod },
    );
  }
  const place = extensions.encryptionHeader;
  if (place !== undefined) return { encryption: "luks", encryptionAt: place.offset };
  throw headerError(source, 32, "the pointer to the LUKS header is missing");
}
