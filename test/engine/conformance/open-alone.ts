import type { Format } from "../../../electron/engine/formats/format";
import { stackLayers, type DiskImage } from "../../../electron/engine/image/disk-image";
import { closedGate } from "../../../electron/engine/image/gate";
import type { ByteSource } from "../../../electron/engine/io/source";

/** The disk of one file without its parents. The caller closes it. */
export function openAlone(format: Format, source: ByteSource): DiskImage {
  try {
    return stackLayers([format.open(source, closedGate)]);
  } catch (error) {
    source.close();
    throw error;
  }
}
