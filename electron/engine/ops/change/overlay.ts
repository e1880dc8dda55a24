import type { OptionValues } from "../../../../shared/model/format";
import { ImageError } from "../../errors";
import type { DiskImage } from "../../image/disk-image";
import { openImage, requireWhole, type OpenRequest } from "../../image/open-image";
import { fileStatus } from "../../io/file";
import { folderOf, nameSeenFrom, resolveFrom } from "../../io/paths";
import type { Control } from "../control";
import { createImage, type Created } from "../create";
import { declaredFormat, topOf } from "./chain";

/** A new image on a base. */
export interface NewOverlay {
  /** The base; its format is told by its bytes unless it is given. */
  readonly base: OpenRequest;
  readonly path: string;
  /** How the overlay names its base. "relative" lets both move together, "absolute" the overlay alone. */
  readonly name: "relative" | "absolute";
  /** Values for qcow2's options; what is absent takes the option's default. */
  readonly options?: OptionValues;
  /** Virtual size in bytes; the base's when absent. */
  readonly size?: number;
  /** Replace what is at `path`; otherwise that is an error. */
  readonly replace?: boolean;
  /** As CreateJob.mark. */
  readonly mark?: string;
  /** As CreateJob.control. */
  readonly control?: Control;
}

/**
 * Makes an empty qcow2 image that stands on `base`, declares the base's format and has its size.
 * @throws ImageError as `openImage`, `requireWhole` and `createImage`, `invalid-argument` for the path of a file
 *   that it would stand on.
 */
export function createOverlay({ base, path, name, options = {}, ...more }: NewOverlay): Created {
  const image = openImage(base);
  let size: number;
  let format: string;
  try {
    requireWhole(image);
    refuseOwnChain(image, path);
    size = more.size ?? image.size;
    format = declaredFormat(topOf(image));
  } finally {
    image.close();
  }
  const folder = folderOf(path);
  const named = name === "absolute" ? resolveFrom("", base.path) : nameSeenFrom(folder, base.path);
  const { mark, control } = more;
  return createImage({
    path,
    format: "qcow2",
    spec: { size, options, backing: { name: named, format } },
    replace: more.replace ?? false,
    flush: true,
    ...(mark !== undefined && { mark }),
    ...(control && { control }),
  });
}

function refuseOwnChain({ layers }: DiskImage, path: string): void {
  const { identity } = fileStatus(path);
  if (identity === undefined || !layers.some(({ source }) => source.identity === identity)) return;
  throw new ImageError("invalid-argument", `${path} cannot stand on itself`, {
    file: path,
    hint: "Choose another name for the new image.",
  });
}
