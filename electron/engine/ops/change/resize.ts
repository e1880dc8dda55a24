import { ImageError } from "../../errors";
import type { Preallocation, ResizeRequest, Resizing } from "../../formats/format";
import { formatById } from "../../formats/registry";
import type { DiskImage } from "../../image/disk-image";
import { createGate } from "../../image/gate";
import { openImage, requireWhole, type OpenRequest } from "../../image/open-image";
import { openForChange } from "./open-for-change";

/**
 * Gives the disk of an image another size in bytes, where it is.
 * @param shrink Whether what lies past a smaller end may be lost.
 * @param preallocation How much of what a larger disk gets takes space at once.
 * @throws ImageError `invalid-argument` for a smaller size without consent, `unsupported` where the
 *   format or the image does not allow it; as the format's own resize and `openForChange`; and where
 *   the chain breaks.
 */
export function resizeImage(
  request: OpenRequest,
  size: number,
  shrink = false,
  preallocation: Preallocation = "off",
): void {
  const image = openImage(request);
  try {
    // A longer base would come into view in a grown overlay.
    requireWhole(image);
    const resize = resizingOf(image, request.path);
    refuse(image, resize, request.path, { size, shrink, preallocation });
    const baseSize = image.layers[1]?.size ?? 0;
    const read = (at: number, into: Uint8Array): void => image.read(at, into);
    const gate = createGate(request.grants);
    const changeExtent: ResizeRequest["changeExtent"] = (name, change) => {
      const reference = { role: "extent", name, from: request.path } as const;
      // Only what may be opened may be changed.
      gate.open(reference).close();
      openForChange(gate.resolve(reference), change);
    };
    openForChange(request.path, (file) =>
      resize.run(file, size, { shrink, preallocation, baseSize, read, changeExtent }),
    );
  } finally {
    image.close();
  }
}

const convert = "Convert it to a new image, and give that the size.";

function resizingOf({ layers: [layer] }: DiskImage, file: string): Resizing {
  const format = formatById(layer?.format ?? "raw");
  const isWrapped = layer?.facts.wrapping !== undefined;
  if (format.resize !== undefined && !isWrapped) {
    if (layer?.parent === undefined || format.backing) return format.resize;
    throw new ImageError("unsupported", `${file} has a parent, whose size it must keep`, {
      file,
      hint: convert,
    });
  }
  const what = isWrapped ? "what is in an archive" : format.label;
  throw new ImageError("unsupported", `${file}: ${what} cannot get another size`, {
    file,
    hint: convert,
  });
}

/** What is refused for every format alike. */
function refuse(
  { size: oldSize }: DiskImage,
  { shrinks, preallocations }: Resizing,
  file: string,
  asked: { size: number; shrink: boolean; preallocation: Preallocation },
): void {
  const { size, shrink, preallocation } = asked;
  if (!preallocations.includes(preallocation))
    throw new ImageError("unsupported", `${file} cannot grow with preallocation ${preallocation}`, {
      file,
      expected: preallocations.join(", "),
      found: preallocation,
    });
  if (!Number.isSafeInteger(size) || size < 0)
    throw new ImageError("invalid-argument", `A disk cannot have ${size} bytes`, { found: size });
  if (size >= oldSize) return;
  const detail = { file, expected: `at least ${oldSize} bytes`, found: size };
  if (!shrinks)
    throw new ImageError("unsupported", `${file} cannot be made smaller where it is`, {
      ...detail,
      hint: "Shrink the partitions on it first; then make a raw image of it, and cut that.",
    });
  if (!shrink)
    throw new ImageError("invalid-argument", `${file} would lose the end of its disk`, {
      ...detail,
      hint: "Shrink the partitions on it first; then allow to shrink it.",
    });
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
