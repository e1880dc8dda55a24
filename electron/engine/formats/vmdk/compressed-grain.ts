import { compression } from "../../codec/compression";
import { fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import type { StoredGrains } from "./grain-map";
import { errorAt } from "./vmdk-error";

/** The marker before every compressed grain: 64 bits of guest sector, 32 bits of size. */
const markerSize = 12;

/** Where a grain's stream lies. */
interface Place {
  readonly at: number;
  readonly stored: number;
}

/**
 * Grains that are stored as zlib streams, each behind a marker that tells its size where the flag says
 * so (specification, "Stream-Optimized Compressed Sparse Extents").
 * @param layout Bytes of the extent and of a grain.
 */
export function compressedGrains(
  source: ByteSource,
  layout: { readonly capacity: number; readonly grainSize: number; readonly hasMarkers: boolean },
): StoredGrains {
  const { capacity, grainSize, hasMarkers } = layout;

  /** Incompressible data grows a little; no writer lets it grow to twice its size. */
  const longest = 2 * grainSize;

  function placeOf(at: number): Place {
    if (at + (hasMarkers ? markerSize : 0) >= source.size) throw cutOff(at, at + markerSize);
    // Without a marker nobody knows where the stream ends; the decoder stops by itself.
    if (!hasMarkers) return { at, stored: Math.min(longest, source.size - at) };
    const marker = new Uint8Array(markerSize);
    source.read(at, marker);
    const stored = fields(marker, { order: "little", file: source.name, base: at }).u32(8);
    if (stored === 0 || stored > longest) {
      throw errorAt("corrupt-data", source, at, "a compressed grain has an impossible size", {
        expected: `1 to ${longest} bytes`,
        found: stored,
      });
    }
    const end = at + markerSize + stored;
    if (end > source.size) throw cutOff(at, end);
    return { at: at + markerSize, stored };
  }

  function cutOff(at: number, end: number): ImageError {
    return errorAt("truncated", source, at, "the file ends in a compressed grain", {
      expected: end,
      found: source.size,
    });
  }

  return {
    single: true,
    run(place, skip, length, grain) {
      const stream = placeOf(place);
      // The last grain may hold no more than the disk needs, or be padded to its full size.
      const unit = Math.min(grainSize, capacity - grain * grainSize);
      return {
        kind: "encoded",
        length,
        ...stream,
        unit,
        skip,
        decode: (into) => decodeGrain(source, stream, grainSize, into),
      };
    },
  };
}

/** Fills `into` from the stream, which may hold more, but no more than a grain. */
function decodeGrain(
  source: ByteSource,
  { at, stored }: Place,
  grainSize: number,
  into: Uint8Array,
): void {
  const bytes = new Uint8Array(stored);
  source.read(at, bytes);
  let decoded: Uint8Array;
  try {
    decoded = compression().inflateZlib(bytes, grainSize);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const { expected, found, message } = error;
    throw errorAt("corrupt-data", source, at, `a compressed grain: ${message}`, {
      ...(expected !== undefined && { expected }),
      ...(found !== undefined && { found }),
      cause: error,
    });
  }
  if (decoded.length < into.length) {
    throw errorAt("corrupt-data", source, at, "a compressed grain holds too little", {
      expected: into.length,
      found: decoded.length,
    });
  }
  into.set(decoded.subarray(0, into.length));
}
