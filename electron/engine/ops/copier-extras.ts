import { ImageError } from "../errors";
import type { DiskImage } from "../image/disk-image";
import { requireWhole } from "../image/open-image";
import { createControl } from "./control";
import type { CopierExtras, CopierWork } from "./copier";
import { createPackedCopy } from "./pack-operation";
import { openSource } from "./source";
import { createSalvageLog } from "./source/salvage-log";

/**
 * Opens, in a copier thread, the source that the conversion has planned with. The caller closes it.
 * @throws ImageError as `openSource`; where a link of the chain is missing, its error; `io` when the
 *   disk's size is another by now.
 */
function openImage({ source, salvaged, control, size }: CopierWork): DiskImage {
  const checkpoint = (): void => createControl(control).throwIfCancelled();
  const image = openSource(source, {
    ...(salvaged && { log: createSalvageLog(salvaged) }),
    checkpoint,
  });
  try {
    requireWhole(image);
    if (image.size === size) return image;
    const paths = source.images.map(({ path }) => path);
    throw new ImageError("io", `${paths.join(", ")} changed while it was read`, {
      ...(paths.length === 1 && { file: paths[0] }),
      expected: size,
      found: image.size,
    });
  } catch (error) {
    image.close();
    throw error;
  }
}

/** What `copierMain` loads only when it is needed. */
export const copierExtras: CopierExtras = { openImage, createPackedCopy };
