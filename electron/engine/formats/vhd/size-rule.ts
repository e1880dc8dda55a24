import { sectorSize, type Footer } from "./footer";

/** Creators whose disks have the size of their geometry: Virtual PC, and qemu without force_size. */
const geometryCreators: ReadonlySet<string> = new Set(["vpc ", "qemu"]);

/** Sectors of the largest geometry, 65535 cylinders, 16 heads, 255 sectors a track: it says nothing of the size. */
const largestGeometry = 65535 * 16 * 255;

/** How large a disk is, and why. Sizes in bytes. */
export interface SizeChoice {
  /** What the guest sees, in whole sectors. */
  readonly size: number;
  readonly rule: "geometry" | "current-size";
  /** What the footer's geometry comes to; undefined when it says nothing of the size. */
  readonly geometrySize?: number;
}

/**
 * The size of a disk. The footer tells two, "Current Size" and "Disk Geometry", and programs differ in
 * which they mean. (qemu before 10.0 takes the geometry of every creator that it does not know.)
 */
export function sizeOf(footer: Footer): SizeChoice {
  const { cylinders, heads, sectorsPerTrack } = footer.geometry;
  const sectors = cylinders * heads * sectorsPerTrack;
  const size = Math.ceil(footer.currentSize / sectorSize) * sectorSize;
  if (sectors === 0 || sectors >= largestGeometry) return { size, rule: "current-size" };
  const geometrySize = sectors * sectorSize;
  return geometryCreators.has(footer.creatorApplication)
    ? { size: geometrySize, rule: "geometry", geometrySize }
    : { size, rule: "current-size", geometrySize };
}
