import { decodeXz } from "../codec/xz/decode";
import { isXz } from "../codec/xz/stream-ends";
import { unpackedXzSize } from "../codec/xz/unpacked-size";
import type { Packing } from "./packing";

/** The .xz file format, version 1. */
export const xz: Packing = {
  id: "xz",
  label: "xz",
  extension: "xz",
  probe: isXz,
  toldSize(source) {
    const bytes = unpackedXzSize(source);
    return bytes === undefined ? undefined : { bytes, exact: true };
  },
  unpack: decodeXz,
};
