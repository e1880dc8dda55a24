import { putFields, type PutFields } from "../../codec/fields";
import { ImageError } from "../../errors";
import type { ParentRef } from "../../image/layer";
import { autoclear, compatible, featureSets, incompatible, knownFeatures } from "./features";
import { limits, magic, version2Length, writtenLength } from "./header";
import { extensionTypes, featureNameLength } from "./header-extensions";
import type { Plan } from "./options";

/** Where a new image's tables lie. Offsets in bytes. */
export interface TablePlaces {
  /** 0 when the disk has no bytes and the L1 table no entries. */
  readonly l1TableOffset: number;
  readonly refcountTableOffset: number;
  readonly refcountTableClusters: number;
}

/** For a header that is only looked at: its tables lie nowhere yet. */
export const noPlaces: TablePlaces = {
  l1TableOffset: 0,
  refcountTableOffset: 0,
  refcountTableClusters: 0,
};

/** In smaller first clusters qemu leaves out the feature names, to have room for the backing file's name. */
const smallestClusterWithNames = 8192;

/** Appends one extension at `at`, padded to 8 bytes; returns where the next begins. */
function putExtension(put: PutFields, at: number, type: number, data: Uint8Array): number {
  put.u32(at, type);
  put.u32(at + 4, data.length);
  put.bytes(at + 8, data);
  return at + 8 + Math.ceil(data.length / 8) * 8;
}

function featureNameTable(): Uint8Array {
  const bytes = new Uint8Array(knownFeatures.length * featureNameLength);
  const put = putFields(bytes, "big");
  knownFeatures.forEach(({ set, bit, name }, i) => {
    put.u8(i * featureNameLength, featureSets.indexOf(set));
    put.u8(i * featureNameLength + 1, bit);
    put.text(i * featureNameLength + 2, name);
  });
  return bytes;
}

function incompatibleFeatures({ extendedL2, compressionType, dataFile }: Plan): bigint {
  return (
    (extendedL2 ? incompatible.extendedL2 : 0n) |
    (compressionType === "zstd" ? incompatible.compressionType : 0n) |
    (dataFile ? incompatible.externalDataFile : 0n)
  );
}

/** Bytes that an extension of `length` bytes takes; none for one of no bytes, which is left out. */
const extensionSize = (length: number): number => (length > 0 ? 8 + Math.ceil(length / 8) * 8 : 0);

/**
 * The first cluster of a new image as far as it is used: header, extensions and backing file name, as
 * qemu-img lays them out. The rest of the cluster is zeros.
 * @throws ImageError `invalid-argument` when the backing file's name does not fit.
 */
export function headerCluster(
  plan: Plan,
  places: TablePlaces,
  backing: ParentRef | undefined,
): Uint8Array {
  const { version, clusterSize } = plan;
  const bytes = new Uint8Array(clusterSize);
  const put = putFields(bytes, "big");
  put.u32(0, magic);
  put.u32(4, version);
  put.u32(20, Math.log2(clusterSize));
  put.u64(24, plan.size);
  put.u32(36, plan.l1Size);
  put.u64(40, places.l1TableOffset);
  put.u64(48, places.refcountTableOffset);
  put.u32(56, places.refcountTableClusters);
  if (version === 3) {
    const zstd = plan.compressionType === "zstd";
    put.u64(72, incompatibleFeatures(plan));
    put.u64(80, plan.lazyRefcounts ? compatible.lazyRefcounts : 0n);
    put.u64(88, plan.dataFile?.raw === true ? autoclear.rawExternalData : 0n);
    put.u32(96, Math.log2(plan.refcountBits));
    put.u32(100, writtenLength);
    put.u8(104, zstd ? 1 : 0);
  }
  let at = version === 3 ? writtenLength : version2Length;
  const name = new TextEncoder().encode(backing?.name ?? "");
  const format = new TextEncoder().encode(backing?.format ?? "");
  const dataFile = new TextEncoder().encode(plan.dataFile?.name ?? "");
  const names =
    version === 3 && clusterSize >= smallestClusterWithNames ? featureNameTable() : undefined;
  // The end marker takes 8 bytes, as does the head of each extension, which pads to 8.
  const room =
    clusterSize -
    at -
    extensionSize(format.length) -
    extensionSize(dataFile.length) -
    extensionSize(names?.length ?? 0) -
    8;
  if (room < 0)
    throw new ImageError("invalid-argument", "The data file's name is too long for the header");
  const most = Math.min(limits.backingName, room);
  if (name.length > most) {
    throw new ImageError("invalid-argument", "The backing file's name is too long", {
      expected: `at most ${most} bytes`,
      found: name.length,
    });
  }
  if (format.length > 0) at = putExtension(put, at, extensionTypes.backingFormat, format);
  if (dataFile.length > 0) at = putExtension(put, at, extensionTypes.dataFileName, dataFile);
  if (names) at = putExtension(put, at, extensionTypes.featureNames, names);
  at += 8;
  if (name.length > 0) {
    put.u64(8, at);
    put.u32(16, name.length);
    put.bytes(at, name);
  }
  return bytes.subarray(0, at + name.length);
}
