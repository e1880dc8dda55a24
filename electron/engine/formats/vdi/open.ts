import type { ImageLayer } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import { factsOf } from "./facts";
import { readHeader } from "./header";
import { createMap } from "./map";

/**
 * Opens a VDI image of version 0 or 1 and any type. A differencing or undo image names its parent by
 * UUID only: it opens, the blocks it holds can be read, and `map` throws `unsupported` for the others.
 * @throws ImageError `not-this-format`, `unsupported` (version), `invalid-header`, `limit`, `truncated`, `io`.
 */
export function openVdi(source: ByteSource): ImageLayer {
  const header = readHeader(source);
  return {
    format: "vdi",
    source,
    preallocated: header.type === "fixed",
    size: header.size,
    blockSize: header.cbBlock,
    facts: factsOf(header),
    map: createMap(source, header),
    close: () => source.close(),
  };
}
