import type { LayerFacts, SnapshotFacts } from "../../../../shared/model/facts";
import { detail } from "../details";
import { autoclear, compatible, incompatible, nameOf, unknownBits } from "./features";
import type { Bitmap } from "./bitmaps";
import { hasDataFile, hasExtendedL2, type Header } from "./header";
import type { HeaderExtensions } from "./header-extensions";
import { luksFacts, type LuksHeader } from "./luks-header";

/** The parts of an opened image that its facts are made of. */
export interface ImageParts {
  readonly header: Header;
  readonly extensions: HeaderExtensions;
  readonly snapshots: readonly SnapshotFacts[];
  readonly bitmaps: readonly Bitmap[];
  /** Whether there may be bitmaps that cannot be read. */
  readonly bitmapsLost: boolean;
  /** "aes" or "luks"; undefined when guest data is not encrypted. */
  readonly encryption?: string;
  /** There for "luks". */
  readonly luks?: LuksHeader;
}

/** "zlib" or "zstd" (specification, "compression_type"). */
function compressionOf(header: Header): string {
  return header.compressionType === 0 ? "zlib" : "zstd";
}

/** What an image tells of itself. */
export function factsOf(parts: ImageParts): LayerFacts {
  const { header, extensions, snapshots, bitmaps, encryption } = parts;
  const has = (feature: bigint): boolean => (header.incompatibleFeatures & feature) !== 0n;
  return {
    version: String(header.version),
    clusterSize: header.clusterSize,
    compression: compressionOf(header),
    ...(encryption !== undefined && { encryption }),
    dirty: has(incompatible.dirty),
    corrupt: has(incompatible.corrupt),
    ...(hasDataFile(header) && { dataFile: extensions.dataFileName ?? "" }),
    snapshots: [...snapshots],
    bitmaps: [...bitmaps],
    details: detailsOf(parts),
    formatSpecific: formatSpecificOf(parts),
  };
}

function detailsOf({
  header,
  extensions,
  snapshots,
  bitmapsLost,
}: ImageParts): LayerFacts["details"] {
  const { autoclearFeatures, compatibleFeatures } = header;
  const names = extensions.featureNames;
  const unknownFeatures = [
    ...unknownBits("compatible", compatibleFeatures).map((bit) => nameOf("compatible", bit, names)),
    ...unknownBits("autoclear", autoclearFeatures).map((bit) => nameOf("autoclear", bit, names)),
  ];
  const unknownExtensions = extensions.unknown.map((type) => `0x${type.toString(16)}`);
  const mistrusted =
    bitmapsLost ||
    (extensions.bitmaps !== undefined && (autoclearFeatures & autoclear.bitmaps) === 0n);
  const lostSnapshots = header.nbSnapshots - snapshots.length;
  return [
    detail("refcount-bits", 2 ** header.refcountOrder),
    detail("lazy-refcounts", (compatibleFeatures & compatible.lazyRefcounts) !== 0n),
    detail("extended-l2", hasExtendedL2(header)),
    detail("l1-entries", header.l1Size),
    detail("refcount-table-clusters", header.refcountTableClusters),
    detail("header-length", header.headerLength, { unit: "bytes" }),
    ...(hasDataFile(header)
      ? [detail("raw-external-data", (autoclearFeatures & autoclear.rawExternalData) !== 0n)]
      : []),
    ...(lostSnapshots > 0 ? [detail("lost-snapshots", lostSnapshots)] : []),
    ...(mistrusted ? [detail("bitmaps-consistent", false)] : []),
    ...(unknownFeatures.length > 0 ? [detail("unknown-features", unknownFeatures.join(", "))] : []),
    ...(unknownExtensions.length > 0
      ? [detail("unknown-header-extensions", unknownExtensions.join(", "))]
      : []),
  ];
}

/** qemu-img 7.2's `format-specific` data: its keys in the order in which it prints them. */
function formatSpecificOf(parts: ImageParts): Record<string, unknown> {
  const { header, extensions, bitmaps, encryption, luks } = parts;
  const three = header.version === 3;
  const dataFile = hasDataFile(header);
  const lazy = (header.compatibleFeatures & compatible.lazyRefcounts) !== 0n;
  const raw = (header.autoclearFeatures & autoclear.rawExternalData) !== 0n;
  return {
    compat: three ? "1.1" : "0.10",
    "compression-type": compressionOf(header),
    ...(three && { "lazy-refcounts": lazy }),
    ...(bitmaps.length > 0 && {
      bitmaps: bitmaps.map(({ flags, name, granularity }) => ({ flags, name, granularity })),
    }),
    "refcount-bits": 2 ** header.refcountOrder,
    ...(dataFile && { "data-file": extensions.dataFileName ?? "" }),
    ...(encryption !== undefined && {
      encrypt: luks === undefined ? { format: encryption } : luksFacts(luks),
    }),
    ...(dataFile && { "data-file-raw": raw }),
    ...(three && {
      corrupt: (header.incompatibleFeatures & incompatible.corrupt) !== 0n,
      "extended-l2": hasExtendedL2(header),
    }),
  };
}
