import type { Format } from "../../../electron/engine/formats/format";
import { stackLayers, type DiskImage } from "../../../electron/engine/image/disk-image";
import { closedGate, type Gate } from "../../../electron/engine/image/gate";
import type { ByteSource } from "../../../electron/engine/io/source";

/**
 * The disk of one image without its parents. The caller closes it.
 * @param gate Opens the image's other files; without it there are none.
 */
export function openAlone(format: Format, source: ByteSource, gate: Gate = closedGate): DiskImage {
  try {
    return stackLayers([format.open(source, gate)]);
  } catch (error) {
    source.close();
    throw error;
  }
}
