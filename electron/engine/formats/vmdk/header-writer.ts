import { putFields } from "../../codec/fields";
import { ImageError } from "../../errors";
import { descriptorText, isDescribable } from "./descriptor-writer";
import { compression, flag, headerSize, newlines } from "./hosted-header";
import { descriptorSectors, grainSectors, tableEntries, type Layout } from "./layout";
import type { Plan } from "./options";
import { sectorSize } from "./sector";

/** GD_AT_END: the footer tells where the grain directory is. */
const atEnd = -1;

/** What the headers of new extents differ in. Offsets in sectors. */
interface HeaderFields {
  /** Sectors of the disk in this extent. */
  readonly capacity: number;
  readonly zeroedGrain: boolean;
  readonly redundantDirectory: number;
  /** Or `atEnd`. */
  readonly directory: number;
  readonly grains: number;
  readonly isStream: boolean;
}

/** The header of a sparse extent of `capacity` sectors. Version 2 says that grains may be zeroed. */
export function sparseHeader(
  { zeroedGrain }: Pick<Plan, "zeroedGrain">,
  layout: Layout,
  capacity: number,
): Uint8Array {
  return headerBytes({ ...layout, capacity, zeroedGrain, isStream: false });
}

/**
 * The header of a stream-optimized extent, or its footer, which is the same but tells the grain
 * directory's sector.
 * @param grains The sector of the first grain.
 */
export function streamHeader(
  { capacity, zeroedGrain }: Pick<Plan, "capacity" | "zeroedGrain">,
  grains: number,
  directory: number = atEnd,
): Uint8Array {
  const common = { isStream: true, redundantDirectory: 0 };
  return headerBytes({ ...common, capacity, zeroedGrain, directory, grains });
}

function headerBytes(header: HeaderFields): Uint8Array {
  const { isStream, zeroedGrain, redundantDirectory, directory } = header;
  const bytes = new Uint8Array(headerSize);
  const put = putFields(bytes, "little");
  put.text(0, "KDMV");
  put.u32(4, isStream ? 3 : zeroedGrain ? 2 : 1);
  put.u32(
    8,
    flag.newlineTest |
      (redundantDirectory > 0 ? flag.redundantGrainTable : 0) |
      (zeroedGrain ? flag.zeroedGrain : 0) |
      (isStream ? flag.compressed | flag.markers : 0),
  );
  put.u64(12, header.capacity);
  put.u64(20, grainSectors);
  put.u64(28, 1);
  put.u64(36, descriptorSectors);
  put.u32(44, tableEntries);
  put.u64(48, redundantDirectory);
  if (directory === atEnd) put.bytes(56, new Uint8Array(8).fill(0xff));
  else put.u64(56, directory);
  put.u64(64, header.grains);
  put.bytes(73, Uint8Array.from(newlines));
  put.u16(77, isStream ? compression.deflate : compression.none);
  return bytes;
}

/**
 * The embedded descriptor, padded: other programs add lines to it. It names its own file, though
 * readers ignore that and the file may be renamed.
 * @throws ImageError `invalid-argument` when the descriptor does not fit.
 */
export function embeddedDescriptor(plan: Plan, fileName: string): Uint8Array {
  const ownName = isDescribable(fileName) ? fileName : "disk.vmdk";
  const extent = { sectors: plan.capacity, type: "SPARSE", fileName: ownName } as const;
  const text = new TextEncoder().encode(descriptorText(plan, [extent]));
  const bytes = new Uint8Array(descriptorSectors * sectorSize);
  if (text.length > bytes.length) {
    throw new ImageError("invalid-argument", "The descriptor does not fit into the image");
  }
  bytes.set(text);
  return bytes;
}
