import { resizeQcow2 } from "../../formats/qcow2/change/resize";
import { openImage, requireWhole, type OpenRequest } from "../../image/open-image";
import { openForChange } from "./open-for-change";

/**
 * Gives the disk of a qcow2 image another size in bytes.
 * @param shrink Whether what lies past a smaller end may be lost.
 * @throws ImageError as `resizeQcow2` and `openForChange`, and where the chain breaks.
 */
export function resizeImage(request: OpenRequest, size: number, shrink = false): void {
  const image = openImage(request);
  try {
    // A longer base would come into view in a grown overlay.
    requireWhole(image);
    const baseSize = image.layers[1]?.size ?? 0;
    openForChange(request.path, (file) =>
      resizeQcow2(file, size, { shrink, baseSize, read: (at, into) => image.read(at, into) }),
    );
  } finally {
    image.close();
  }
}

/**
 * Bytes of data that a smaller disk loses: what the image itself stores past its new end.
 * @throws ImageError as `openImage`, `invalid-table`.
 */
export function lostByShrinking(request: OpenRequest, size: number): number {
  const image = openImage(request);
  try {
    let lost = 0;
    if (size >= image.size) return 0;
    for (const { depth, run } of image.extents(size, image.size - size))
      if (depth === 0 && (run.kind === "data" || run.kind === "encoded")) lost += run.length;
    return lost;
  } finally {
    image.close();
  }
}
