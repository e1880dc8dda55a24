import { nilGuid } from "../../codec/guid";
import type { Identity, ImageLayer, ParentRef } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import { factsOf } from "./facts";
import { readHeader, type Header } from "./header";
import { createMap } from "./map";

/**
 * Opens a VDI image of version 0 or 1 and any type. A differencing or undo image names its parent by
 * UUID only; one without even that opens, the blocks it holds can be read, and `map` throws `unsupported`
 * for the others.
 * @throws ImageError `not-this-format`, `unsupported` (version), `invalid-header`, `limit`, `truncated`, `io`.
 */
export function openVdi(source: ByteSource): ImageLayer {
  const header = readHeader(source);
  const parent = parentOf(header);
  return {
    format: "vdi",
    source,
    preallocated: header.type === "fixed",
    size: header.size,
    blockSize: header.cbBlock,
    ...(parent && { parent }),
    identity: { uuidCreate: [header.uuidCreate], uuidModify: [header.uuidModify] },
    facts: factsOf(header),
    map: createMap(source, header),
    close: () => source.close(),
  };
}

/** The parent, to be found by its UUID. The UUID of its last change tells whether it is still the same. */
function parentOf({ uuidLinkage, uuidParentModify }: Header): ParentRef | undefined {
  if (uuidLinkage === nilGuid) return undefined;
  const find: Identity = { uuidCreate: [uuidLinkage] };
  const unchanged: Identity =
    uuidParentModify === nilGuid ? {} : { uuidModify: [uuidParentModify] };
  return {
    name: uuidLinkage,
    format: "vdi",
    find,
    expects: { identity: { ...find, ...unchanged } },
  };
}
