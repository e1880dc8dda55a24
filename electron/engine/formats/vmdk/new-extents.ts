import { ImageError } from "../../errors";
import type { NewExtent } from "./descriptor-writer";
import type { Plan } from "./options";
import { sectorSize } from "./sector";

/** Sectors of the extents of a split image, the last one excepted: 2 GiB. */
const splitSectors = 2 ** 31 / sectorSize;
/** As many as are read: each is an open file. */
const mostExtents = 4096;

/**
 * The extents of an image whose descriptor has the base name `name`: "disk.vmdk" has "disk-flat.vmdk",
 * or "disk-f001.vmdk" or "disk-s001.vmdk" and so on.
 * @throws ImageError `limit` for a disk of too many extents.
 */
export function newExtents({ capacity, subformat }: Plan, name: string): NewExtent[] {
  const dot = name.lastIndexOf(".");
  const stem = dot < 0 ? name : name.slice(0, dot);
  const nameWith = (ending: string): string => `${stem}-${ending}${name.slice(stem.length)}`;
  if (subformat === "monolithicFlat") {
    return [{ sectors: capacity, type: "FLAT", fileName: nameWith("flat") }];
  }
  // A disk of no size has one of no size: a descriptor must name something.
  const count = Math.max(1, Math.ceil(capacity / splitSectors));
  if (count > mostExtents) {
    throw new ImageError("limit", `The disk is too large for a ${subformat} VMDK`, {
      expected: `at most ${mostExtents * splitSectors * sectorSize} bytes`,
      found: capacity * sectorSize,
      hint: "Choose monolithicSparse or monolithicFlat.",
    });
  }
  const [type, letter] = subformat === "twoGbMaxExtentFlat" ? ["FLAT", "f"] : ["SPARSE", "s"];
  return Array.from({ length: count }, (_, index) => ({
    sectors: Math.min(splitSectors, capacity - index * splitSectors),
    type: type === "FLAT" ? "FLAT" : "SPARSE",
    fileName: nameWith(`${letter}${String(index + 1).padStart(3, "0")}`),
  }));
}
