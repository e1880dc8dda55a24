import type { ByteSource } from "../../io/source";
import { looksLikeDescriptor } from "./descriptor";

/** What a file of a VMDK can begin with. */
export type Signature =
  /** Hosted sparse extent, stream-optimized ones too. */
  | "KDMV"
  /** ESX Server sparse extent ("vmfsSparse"). */
  | "COWD"
  /** Space-efficient sparse extent of ESXi. */
  | "seSparse"
  /** A text that names the extents. */
  | "descriptor";

/** Bytes that the descriptor's comment and first keys are looked for in. */
const textLength = 4096;

/** What `source` begins with; undefined when it is nothing of a VMDK. */
export function signatureOf(source: ByteSource): Signature | undefined {
  const bytes = new Uint8Array(Math.min(textLength, source.size));
  source.read(0, bytes);
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic === "KDMV" || magic === "COWD") return magic;
  if (seSparseMagic.every((byte, index) => bytes[index] === byte)) return "seSparse";
  return looksLikeDescriptor(bytes) ? "descriptor" : undefined;
}

/** The constant header's magic, 0x00000000cafebabe, little-endian. */
const seSparseMagic = [0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0];
