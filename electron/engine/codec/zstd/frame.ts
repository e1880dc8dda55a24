import { ImageError } from "../../errors";
import type { ByteInput } from "../byte-input";

/** How a Zstandard frame begins (RFC 8878, 3.1.1), in file order. */
const magic = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);

/**
 * Bytes that a frame may want to keep, at most. Beyond 64 MiB offsets have more bits than the decoder
 * takes at once; `zstd -20` keeps 32 MiB, only -21, -22 and --long more.
 */
const largestWindow = 2 ** 25;

/** A frame's header. */
export interface FrameHeader {
  /** How far back matches reach at most, in bytes. */
  readonly window: number;
  /** Bytes that the frame decodes to; absent when the header does not say. */
  readonly content?: number;
  /** Whether a checksum follows the last block. */
  readonly checksum: boolean;
}

/** Whether `bytes` begin with a frame that holds data. */
export function isZstd(bytes: Uint8Array): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/** Whether `bytes` begin with a frame that is to be skipped. */
export function isSkippable(bytes: Uint8Array): boolean {
  return (
    ((bytes[0] ?? 0) & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18
  );
}

/**
 * Takes a frame's header.
 * @throws ImageError `corrupt-data`, `unsupported` (a dictionary), `limit` (window), `truncated`, `io`.
 */
export function readFrameHeader(input: ByteInput): FrameHeader {
  const start = input.peek(5);
  if (!isZstd(start)) throw corruptZstd("no frame begins where one must");
  const flags = start[4] ?? 0;
  const single = (flags & 0x20) !== 0;
  if ((flags & 8) !== 0) throw corruptZstd("a reserved bit is set");
  if ((flags & 3) !== 0)
    throw new ImageError("unsupported", "zstd data with a dictionary is not supported", {
      hint: "Unpack it with zstd first.",
    });
  const contentCode = flags >>> 6;
  const contentBytes = contentCode === 0 ? (single ? 1 : 0) : 2 ** contentCode;
  const bytes = input.bytes(5 + (single ? 0 : 1) + contentBytes).slice();
  const content = contentSize(bytes.subarray(bytes.length - contentBytes));
  const window = single ? (content ?? 0) : windowSize(bytes[5] ?? 0);
  if (window > largestWindow)
    throw new ImageError("limit", `zstd data wants a window of ${window} bytes`, {
      expected: `at most ${largestWindow} bytes`,
      found: window,
      hint: "Unpack it with zstd first.",
    });
  return { window, checksum: (flags & 4) !== 0, ...(content !== undefined && { content }) };
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** @param field The field's bytes; two of them count from 256. */
function contentSize(field: Uint8Array): number | undefined {
  if (field.length === 0) return undefined;
  const stored = field.reduceRight((sum, byte) => sum * 256 + byte, 0);
  const size = field.length === 2 ? stored + 256 : stored;
  if (Number.isSafeInteger(size)) return size;
  throw corruptZstd("a frame of an impossible size");
}

/** The error for damaged data. */
export function corruptZstd(found: string, cause?: unknown): ImageError {
  return new ImageError("corrupt-data", `zstd data is damaged: ${found}`, { found, cause });
}
