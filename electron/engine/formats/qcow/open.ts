import type { LayerFacts } from "../../../../shared/model/facts";
import type { ImageLayer } from "../../image/layer";
import { legacyAesData } from "../../io/legacy-aes";
import type { ByteSource } from "../../io/source";
import { detail } from "../details";
import type { OpenOptions } from "../format";
import { readHeader, type Header } from "./header";
import { createMap } from "./map";

/**
 * Opens a qcow image of version 1. An encrypted one opens without its passphrase and shows its facts; its
 * data cannot be read then.
 * @throws ImageError `not-this-format`, `invalid-header`, `unsupported`, `limit`, `truncated`, `io`.
 */
export function openQcow(source: ByteSource, { passphrase }: OpenOptions): ImageLayer {
  const header = readHeader(source);
  const { size, clusterSize, backingName, cryptMethod } = header;
  const sourceAt = cryptMethod === 1 ? legacyAesData(source, passphrase) : () => source;
  return {
    format: "qcow",
    source,
    size,
    blockSize: clusterSize,
    // The image does not say which format its backing file has.
    ...(backingName !== undefined && { parent: { name: backingName } }),
    facts: factsOf(header),
    map: createMap(source, header, sourceAt),
    requireReadable() {
      sourceAt(0, 0);
    },
    close: () => source.close(),
  };
}

/** What an image tells of itself. qemu-img prints no format-specific data for qcow. */
function factsOf({ clusterSize, l2Size, l1Size, cryptMethod, mtime }: Header): LayerFacts {
  return {
    version: "1",
    clusterSize,
    compression: "zlib",
    ...(cryptMethod === 1 && { encryption: "aes" }),
    snapshots: [],
    bitmaps: [],
    details: [
      detail("l1-entries", l1Size),
      detail("l2-entries", l2Size),
      ...(mtime === 0
        ? []
        : [detail("modified", new Date(mtime * 1000).toISOString(), { unit: "time" })]),
    ],
  };
}
