import { fields } from "../codec/fields";
import { decodeGzip, isGzip } from "../codec/gunzip";
import type { Packing } from "./packing";

/** gzip, RFC 1952. */
export const gz: Packing = {
  id: "gz",
  label: "gzip",
  extension: "gz",
  probe: isGzip,
  toldSize(source) {
    // The smallest member has 20 bytes.
    if (source.size < 20) return undefined;
    const bytes = new Uint8Array(4);
    source.read(source.size - bytes.length, bytes);
    // ISIZE of the last member; there is mostly but one.
    return { bytes: fields(bytes, { order: "little" }).u32(0), exact: false, modulo: 2 ** 32 };
  },
  unpack: decodeGzip,
};
