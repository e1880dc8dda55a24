import type { ByteSource } from "../io/source";
import { gz } from "./gz";
import type { Packing } from "./packing";
import { xz } from "./xz";
import { zst } from "./zst";

/** Every way to compress a whole file that Lamina unpacks. */
export const packings: readonly Packing[] = [gz, xz, zst];

/** What the last sector of an Apple disk image and of a VHD begins with. */
const trailers = ["koly", "conectix"];

/**
 * How the file is packed, told by its first bytes; undefined when it is not. A disk image that is told
 * by its last sector may begin with an xz chunk, or with what its guest wrote: it is no packed file.
 * @throws ImageError `io`.
 */
export function packedAs(source: ByteSource): Packing | undefined {
  const packing = packings.find(({ probe }) => probe(bytesAt(source, 0, 16)));
  // A frame of Zstandard may end with the last sector of what is in it; those of the others never do.
  if (packing === undefined || packing === zst) return packing;
  const end = new TextDecoder("latin1").decode(bytesAt(source, source.size - 512, 8));
  return trailers.some((trailer) => end.startsWith(trailer)) ? undefined : packing;
}

/** Up to `length` bytes at `at`, of which none need be there. */
function bytesAt(source: ByteSource, at: number, length: number): Uint8Array {
  if (at < 0) return new Uint8Array(0);
  const bytes = new Uint8Array(Math.min(length, source.size - at));
  source.read(at, bytes);
  return bytes;
}
