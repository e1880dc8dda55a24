import type { ImageLayer } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import { createPartsMap, openParts, type Gate } from "./bundle";
import { isDescriptor, readDescriptor } from "./disk-descriptor";
import { openExpanding } from "./expanding";
import { diskFacts, imageFacts } from "./facts";
import { sectorSize } from "./header";

/**
 * Opens an expanding image, or a disk by its DiskDescriptor.xml: plain or expanding, whole or split,
 * with or without snapshots. The descriptor's images are opened through the gate.
 * @throws ImageError `not-this-format`, `unsupported`, `invalid-header`, `cycle` (snapshots), `limit`,
 *   `truncated`, `io`, and what the gate throws for an image.
 */
export function openParallels(source: ByteSource, gate: Gate): ImageLayer {
  return isDescriptor(source) ? openDisk(source, gate) : openImage(source);
}

function openImage(source: ByteSource): ImageLayer {
  const { header, size, map } = openExpanding(source);
  return {
    format: "parallels",
    source,
    size,
    blockSize: header.tracks * sectorSize,
    facts: imageFacts(header),
    map,
    close: () => source.close(),
  };
}

function openDisk(source: ByteSource, gate: Gate): ImageLayer {
  const descriptor = readDescriptor(source);
  const parts = openParts(source, descriptor, gate);
  const images = parts.flatMap((part) => part.images);
  const headers = images.flatMap(({ header }) => header ?? []);
  const [first] = headers;
  return {
    format: "parallels",
    source,
    otherFiles: images.map(({ file }) => file),
    size: descriptor.diskSize * sectorSize,
    blockSize: first === undefined ? 1 : first.tracks * sectorSize,
    facts: diskFacts(descriptor, headers),
    map: createPartsMap(parts),
    close() {
      for (const image of images) image.close();
      source.close();
    },
  };
}
