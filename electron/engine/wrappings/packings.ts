import type { ByteSource } from "../io/source";
import { gz } from "./gz";
import type { Packing } from "./packing";
import { xz } from "./xz";
import { zst } from "./zst";

/** Every way to compress a whole file that Lamina unpacks. */
export const packings: readonly Packing[] = [gz, xz, zst];

/** How the file is packed, told by its first bytes; undefined when it is not. @throws ImageError `io`. */
export function packedAs(source: ByteSource): Packing | undefined {
  const head = new Uint8Array(Math.min(16, source.size));
  source.read(0, head);
  return packings.find((packing) => packing.probe(head));
}
