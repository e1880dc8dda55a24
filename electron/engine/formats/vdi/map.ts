import { nilGuid } from "../../codec/guid";
import { ImageError } from "../../errors";
import type { ImageLayer, Run } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import { createBlockMap, freeEntry, zeroEntry } from "./block-map";
import { entrySize, hasParent, type Header } from "./header";

/**
 * The `map` of a VDI layer. A run goes on over blocks that are alike: free, zero, or side by side in
 * the file, which only blocks without extra bytes are.
 */
export function createMap(source: ByteSource, header: Header): ImageLayer["map"] {
  const { size, cbBlock, cbBlockExtra, offData, offBlocks } = header;
  const stride = cbBlock + cbBlockExtra;
  const map = createBlockMap(source, header);
  const isOrphan = hasParent(header) && header.uuidLinkage === nilGuid;

  function dataRun(index: number, entry: number, inBlock: number, length: number): Run {
    const at = offData + entry * stride + cbBlockExtra + inBlock;
    const stored = source.size - at;
    if (stored > 0) return { kind: "data", source, at, length: Math.min(length, stored) };
    throw new ImageError(
      "invalid-table",
      `${source.name}: guest block ${index} lies in block ${entry}, past the end of the file`,
      {
        file: source.name,
        at: offBlocks + index * entrySize,
        expected: `a block before byte ${source.size}`,
        found: entry,
      },
    );
  }

  return (guestAt, max) => {
    const index = Math.floor(guestAt / cbBlock);
    const inBlock = guestAt % cbBlock;
    const end = Math.min(guestAt + max, size);
    const entry = map.entry(index);
    const blocks = map.alike(index, Math.ceil(end / cbBlock), cbBlockExtra === 0);
    const length = Math.min(blocks * cbBlock - inBlock, end - guestAt);
    if (entry === zeroEntry) return { kind: "zero", length };
    if (entry !== freeEntry) return dataRun(index, entry, inBlock, length);
    if (isOrphan) throw parentMissing(source, header);
    return { kind: "unallocated", length };
  };
}

/** Nothing tells what the parent of such an image is. */
function parentMissing({ name }: ByteSource, { type, uuidLinkage }: Header): ImageError {
  return new ImageError(
    "unsupported",
    `${name} is a ${type} image that does not tell the UUID of its parent, which has the blocks it lacks`,
    { file: name, found: uuidLinkage, hint: "Merge the two in VirtualBox first." },
  );
}
