import { basename, dirname, relative } from "node:path";
import { ImageError, openTopLayer } from "../engine";

/**
 * What a base is: its format is told by its bytes, and by the user who chose the file.
 * @throws ImageError as `openTopLayer`, `unsupported` for one that is packed.
 */
export function lookAt(base: string): { format: string; size: number } {
  const layer = openTopLayer({ path: base, grants: "none" });
  try {
    const { format, size, facts } = layer;
    if (facts.wrapping !== undefined)
      throw new ImageError("unsupported", `${base} is packed, and cannot be a base`, {
        file: base,
        hint: "Unpack it first.",
      });
    return { format, size };
  } finally {
    layer.close();
  }
}

/** How an image names another: in or below its folder relatively, so that both may be moved together. */
export function nameFrom(image: string, other: string): string {
  const name = relative(dirname(image), other);
  return name.startsWith("..") ? other : name || basename(other);
}
