import { ImageError } from "../../errors";
import { pastEndOf } from "../../io/past-end";
import type { ByteTarget } from "../../io/source";
import { zeroRange } from "../../io/zero-range";
import type { ResizeRequest } from "../format";
import { changedSector } from "./changed-descriptor";
import { readDescriptor } from "./descriptor";
import { sectorSize } from "./sector";

/**
 * Grows a VMDK of a descriptor and one flat file: first the file, which nobody reads past the size that
 * is described, then the one sector of the descriptor that tells it.
 * @throws ImageError `unsupported` for other extents, `truncated`, and as `ResizeRequest.changeExtent`.
 */
export function growFlat(file: ByteTarget, newSize: number, how: ResizeRequest): void {
  const [extent, ...others] = readDescriptor(file, 0, file.size).extents;
  const type = extent?.type.toUpperCase() ?? "";
  const { access, fileName, sectors = 0, offset = 0 } = extent ?? {};
  const isFlat = access === "RW" && (type === "FLAT" || type === "VMFS");
  if (!isFlat || others.length > 0 || fileName === undefined)
    throw new ImageError("unsupported", `${file.name}: this kind of VMDK cannot grow`, {
      file: file.name,
      expected: "one sparse file, or one flat extent",
      found: `${others.length + 1} extents, the first of type ${type}`,
      hint: "Convert it to a new image, and give that the size.",
    });
  const oldSize = sectors * sectorSize;
  const size = Math.ceil(newSize / sectorSize) * sectorSize;
  if (size === oldSize) return;
  const place = { at: 0, length: file.size, room: Infinity, kind: type };
  const described = changedSector(file, place, oldSize, size);
  if (described === undefined)
    throw new ImageError(
      "unsupported",
      `${file.name}: the size in its descriptor cannot be changed`,
      {
        file: file.name,
        expected: `RW ${sectors} ${type}`,
        hint: "Convert it to a new image, and give that the size.",
      },
    );
  const begin = offset * sectorSize;
  how.changeExtent(fileName, (flat) => {
    // What the file has lost would read as zeros.
    if (flat.size < begin + oldSize) throw pastEndOf(flat, "extent", begin, oldSize);
    // What lies behind the disk's end already is about to come into view.
    const behind = Math.min(flat.size, begin + size) - (begin + oldSize);
    if (behind > 0) zeroRange(flat, begin + oldSize, behind);
    if (flat.size < begin + size) flat.truncate(begin + size);
    flat.flush();
    file.write(described.at, described.bytes);
    file.flush();
  });
}
