import type { ByteInput } from "../codec/byte-input";
import type { ByteSource } from "../io/source";
import type { WrappingId } from "../../../shared/model/format";

/** What a packed file says of the bytes in it, without unpacking. */
export interface ToldSize {
  readonly bytes: number;
  /** Whether it is right; else it is what the last or first part of the file tells. */
  readonly exact: boolean;
  /** The bytes are the remainder of a division by this. */
  readonly modulo?: number;
}

/** One way to compress a file as a whole. It is unpacked from its beginning to its end, and only so. */
export interface Packing {
  readonly id: Exclude<WrappingId, "tar">;
  /** Its name for people. */
  readonly label: string;
  /** Without the dot. */
  readonly extension: string;
  /** Whether a file that begins with these bytes (16, or all there are) is packed in this way. */
  probe(head: Uint8Array): boolean;
  /** What the file tells; undefined when it tells nothing. @throws ImageError when that is damaged. */
  toldSize(source: ByteSource): ToldSize | undefined;
  /**
   * Unpacks piece by piece; a piece is valid until the next is asked for.
   * @throws ImageError `corrupt-data`, `unsupported`, `limit`, `truncated`, `io`.
   */
  unpack(input: ByteInput): Iterable<Uint8Array>;
}
