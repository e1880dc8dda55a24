import type { Content } from "../../../../shared/model/inside";
import type { ByteSource } from "../../io/source";
import { shownLabel, wide, windowOf } from "../window";

/** Bytes of the root directory that are looked through for the label. */
const mostRootBytes = 16384;

/** exFAT (Microsoft exFAT file system specification 3.1; the label is a directory entry, 7.3). */
export function exfat(source: ByteSource): Content | undefined {
  const view = windowOf(source, 0, 512);
  if (view === undefined || view.text(3, 8) !== "EXFAT   ") return undefined;
  const sectorShift = view.u8(108);
  const clusterShift = view.u8(109);
  if (sectorShift < 9 || sectorShift > 12 || clusterShift > 25 - sectorShift) return undefined;
  const sectorSize = 2 ** sectorShift;
  const clusterSize = sectorSize * 2 ** clusterShift;
  const rootAt = view.u32(88) * sectorSize + (view.u32(96) - 2) * clusterSize;
  const label = rootLabel(source, rootAt, Math.min(mostRootBytes, clusterSize));
  return { kind: "exfat", ...(label && { label }), size: view.u64(72) * sectorSize };
}

/** Entry type 0x83 is the volume label: a count of characters, then UTF-16. */
function rootLabel(source: ByteSource, at: number, length: number): string | undefined {
  const view = windowOf(source, at, length);
  if (view === undefined) return undefined;
  for (let entry = 0; entry + 32 <= view.length; entry += 32) {
    const type = view.u8(entry);
    if (type === 0) return undefined;
    if (type === 0x83)
      return shownLabel(wide(view, entry + 2, 2 * Math.min(11, view.u8(entry + 1))));
  }
  return undefined;
}
