import { decodeBzip2 } from "../../codec/bzip2/decode";
import { compression } from "../../codec/compression";
import { decodeXzInto } from "../../codec/xz/decode";
import { ImageError } from "../../errors";
import type { Run } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import { decodeAdc } from "./adc";
import type { Chunk } from "./block-table";
import type { ChunkKind } from "./chunk-kind";
import { dmgError } from "./dmg-error";

/** Guest bytes of a compressed chunk at most; hdiutil makes them of 256 KiB to 1 MiB. */
const largestChunk = 2 ** 26;

type Decode = (from: Uint8Array, into: Uint8Array) => void;

/** Those that can be decoded. */
const decoders: Partial<Record<ChunkKind, Decode>> = {
  ADC: decodeAdc,
  zlib: decodeZlib,
  bzip2: decodeBzip2,
  // Apple's encoder wraps it in the .xz format.
  LZMA: decodeXzInto,
};

/**
 * The run of a compressed chunk whose bytes lie in the file, from its byte `skip` on.
 * @throws ImageError `unsupported` (compression), `limit`.
 */
export function compressedRun(source: ByteSource, chunk: Chunk, skip: number, length: number): Run {
  const { kind, at, stored } = chunk;
  const decode = decoders[kind];
  if (decode === undefined)
    throw dmgError("unsupported", source, at, `${kind} chunks are not supported`, {
      expected: Object.keys(decoders).join(", "),
      found: kind,
      hint: "Pack it anew on a Mac: hdiutil convert FILE -format UDZO -o NEW.",
    });
  const most = Math.max(chunk.length, stored);
  if (most > largestChunk)
    throw dmgError("limit", source, at, "a compressed chunk is too large", {
      expected: `at most ${largestChunk} bytes`,
      found: most,
    });
  return {
    kind: "encoded",
    length,
    at,
    stored,
    unit: chunk.length,
    skip,
    decode: (into) => decodeChunk(source, chunk, decode, into),
  };
}

function decodeChunk(source: ByteSource, chunk: Chunk, decode: Decode, into: Uint8Array): void {
  const { kind, at, stored } = chunk;
  const bytes = new Uint8Array(stored);
  source.read(at, bytes);
  try {
    decode(bytes, into);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const { code, expected, found, message } = error;
    const detail = { expected, found, cause: error };
    throw dmgError(code, source, at, `the ${kind} chunk at byte ${at}: ${message}`, detail);
  }
}

function decodeZlib(from: Uint8Array, into: Uint8Array): void {
  const decoded = compression().inflateZlib(from, into.length);
  if (decoded.length < into.length)
    throw new ImageError("corrupt-data", "the stream holds too little", {
      expected: into.length,
      found: decoded.length,
    });
  into.set(decoded);
}
