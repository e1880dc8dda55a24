import { compression, encodeZstd } from "../codec/compression";
import type { BlockEncoding } from "../image/writer";
import { createGrainEncoder } from "./encode-grain";
import { createIncompressibleTest } from "./incompressible";

/**
 * Encodes the block at guest offset `guestAt`; undefined when it does not get shorter, and is to be
 * stored as it is.
 */
export type EncodeBlock = (block: Uint8Array, guestAt: number) => Uint8Array | undefined;

/** The encoder that a packed placement asks for. */
export function createBlockEncoder(encoding: BlockEncoding): EncodeBlock {
  const codec = compression();
  const isIncompressible = createIncompressibleTest(codec);
  if (encoding.codec === "vmdk-grain") {
    return createGrainEncoder(codec, encoding.level, isIncompressible);
  }
  return (block) => {
    if (isIncompressible(block)) return undefined;
    const encoded =
      encoding.codec === "zstd"
        ? encodeZstd(block, encoding.level)
        : codec.deflateRaw(block, encoding.windowBits, encoding.level);
    return encoded.length < block.length ? encoded : undefined;
  };
}
