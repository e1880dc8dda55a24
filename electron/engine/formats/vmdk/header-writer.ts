import { putFields } from "../../codec/fields";
import { ImageError } from "../../errors";
import { compression, flag, headerSize, newlines } from "./hosted-header";
import { descriptorSectors, grainSectors, tableEntries, type Layout } from "./layout";
import type { Plan } from "./options";
import { sectorSize } from "./sector";

/**
 * The first 21 sectors of a new image: the header and the descriptor with a fresh content ID.
 * @throws ImageError `invalid-argument` when the descriptor does not fit.
 */
export function headerSectors(plan: Plan, layout: Layout): Uint8Array {
  const bytes = new Uint8Array((1 + descriptorSectors) * sectorSize);
  const put = putFields(bytes.subarray(0, headerSize), "little");
  put.text(0, "KDMV");
  put.u32(4, 1);
  put.u32(8, flag.newlineTest | flag.redundantGrainTable);
  put.u64(12, plan.capacity);
  put.u64(20, grainSectors);
  put.u64(28, 1);
  put.u64(36, descriptorSectors);
  put.u32(44, tableEntries);
  put.u64(48, layout.redundantDirectory);
  put.u64(56, layout.directory);
  put.u64(64, layout.grains);
  put.bytes(73, Uint8Array.from(newlines));
  put.u16(77, compression.none);
  const text = new TextEncoder().encode(descriptorText(plan));
  if (text.length > descriptorSectors * sectorSize) {
    throw new ImageError("invalid-argument", "The descriptor does not fit into the image");
  }
  bytes.set(text, sectorSize);
  return bytes;
}

/** The extent's own name in its embedded descriptor: readers ignore it, and the file may be renamed. */
const extentName = "disk.vmdk";

/** "Unknown", as everyone writes it. */
const toolsVersion = "2147483647";

function descriptorText({ capacity, adapterType, hardwareVersion }: Plan): string {
  const { cylinders, heads, sectors } = geometryOf(capacity, adapterType);
  return [
    "# Disk DescriptorFile",
    "version=1",
    `CID=${freshContentId()}`,
    "parentCID=ffffffff",
    'createType="monolithicSparse"',
    "",
    "# Extent description",
    `RW ${capacity} SPARSE "${extentName}"`,
    "",
    "# The Disk Data Base",
    "#DDB",
    "",
    `ddb.virtualHWVersion = "${hardwareVersion}"`,
    `ddb.geometry.cylinders = "${cylinders}"`,
    `ddb.geometry.heads = "${heads}"`,
    `ddb.geometry.sectors = "${sectors}"`,
    `ddb.adapterType = "${adapterType}"`,
    `ddb.toolsVersion = "${toolsVersion}"`,
    "",
  ].join("\n");
}

/** Geometry that the adapter shows: ATA's 16 heads and at most 16383 cylinders, or SCSI's 255 heads. */
function geometryOf(capacity: number, adapterType: string) {
  const sectors = 63;
  const heads = adapterType === "ide" ? 16 : 255;
  const cylinders = Math.floor(capacity / (heads * sectors));
  return {
    cylinders: adapterType === "ide" ? Math.min(16383, cylinders) : cylinders,
    heads,
    sectors,
  };
}

/** Eight hexadecimal digits; the two highest values and 0 have meanings of their own. */
function freshContentId(): string {
  const drawn = new Uint32Array(1);
  do globalThis.crypto.getRandomValues(drawn);
  while ((drawn[0] ?? 0) === 0 || (drawn[0] ?? 0) >= 0xfffffffe);
  return (drawn[0] ?? 0).toString(16).padStart(8, "0");
}
