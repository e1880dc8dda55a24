import { byteInput } from "../codec/byte-input";
import { contentSizeOf, decodeZstd } from "../codec/zstd/decode";
import { isZstd } from "../codec/zstd/frame";
import type { Packing } from "./packing";

/** Zstandard, RFC 8878. */
export const zst: Packing = {
  id: "zst",
  label: "zstd",
  extension: "zst",
  probe: isZstd,
  toldSize(source) {
    // Of the first frame; there is mostly but one.
    const bytes = contentSizeOf(byteInput(source));
    return bytes === undefined ? undefined : { bytes, exact: false };
  },
  unpack: decodeZstd,
};
