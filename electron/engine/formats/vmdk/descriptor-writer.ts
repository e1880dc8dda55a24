import { ImageError } from "../../errors";
import type { Plan } from "./options";

/** "Unknown", as everyone writes it. */
const toolsVersion = "2147483647";

/** One line of the extent description. */
export interface NewExtent {
  readonly sectors: number;
  readonly type: "SPARSE" | "FLAT";
  /** Base name of its file. */
  readonly fileName: string;
}

/**
 * The descriptor of a new image, with a fresh content ID (specification, "The Descriptor File").
 * @throws ImageError `invalid-argument` for a file name that a descriptor cannot hold.
 */
export function descriptorText(plan: Plan, extents: readonly NewExtent[]): string {
  const { capacity, subformat, adapterType, hardwareVersion, parent } = plan;
  const { cylinders, heads, sectors } = geometryOf(capacity, adapterType);
  const lines = extents.map(extentLine);
  const hint = parent && `parentFileNameHint="${describable(parent.name)}"`;
  const names = hint === undefined ? lines : [hint, ...lines];
  return [
    "# Disk DescriptorFile",
    "version=1",
    // Who does not find it takes the names for those of the system's own code page.
    ...(names.every(isAscii) ? [] : ['encoding="UTF-8"']),
    `CID=${freshContentId()}`,
    `parentCID=${parent?.cid ?? "ffffffff"}`,
    `createType="${subformat}"`,
    ...(hint === undefined ? [] : [hint]),
    "",
    "# Extent description",
    ...lines,
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

/** Whether a descriptor can hold a file name: between quotation marks, in one line. */
export function isDescribable(fileName: string): boolean {
  return !/["\p{Cc}]/u.test(fileName);
}

function extentLine({ sectors, type, fileName }: NewExtent): string {
  const line = `RW ${sectors} ${type} "${describable(fileName)}"`;
  return type === "FLAT" ? `${line} 0` : line;
}

/** The same name. @throws ImageError `invalid-argument`. */
function describable(fileName: string): string {
  if (isDescribable(fileName)) return fileName;
  throw new ImageError("invalid-argument", `A VMDK cannot name a file ${fileName}`, {
    expected: "no quotation marks, no control characters",
    found: fileName,
    hint: "Choose another name.",
  });
}

const isAscii = (text: string): boolean => !/[^ -~]/.test(text);

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
