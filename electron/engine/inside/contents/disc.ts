import type { Content } from "../../../../shared/model/inside";
import { latin, shownLabel, windowOf } from "../window";
import type { ByteSource } from "../../io/source";

/** Volume descriptors begin in the 17th sector of 2048 bytes (ECMA-119 6.2.1, ECMA-167 2/8.3). */
const sectorSize = 2048;
const firstDescriptor = 16;
const mostDescriptors = 16;

/**
 * An optical disc's file system. A disc with both ISO 9660 and UDF counts as ISO 9660, whose label
 * and size stand in its primary volume descriptor.
 */
export function disc(source: ByteSource): Content | undefined {
  let udf = false;
  for (let index = firstDescriptor; index < firstDescriptor + mostDescriptors; index += 1) {
    const view = windowOf(source, index * sectorSize, sectorSize);
    const identifier = view && latin(view, 1, 5);
    if (view === undefined || identifier === undefined) break;
    if (identifier === "CD001" && view.u8(0) === 1) {
      const label = shownLabel(latin(view, 40, 32));
      return { kind: "iso9660", ...(label && { label }), size: view.u32(80) * view.u16(128) };
    }
    if (identifier.startsWith("NSR0")) udf = true;
    else if (!["CD001", "BEA01", "TEA01", "BOOT2"].includes(identifier)) break;
  }
  return udf ? { kind: "udf" } : undefined;
}
