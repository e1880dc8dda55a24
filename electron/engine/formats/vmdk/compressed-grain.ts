import { compression } from "../../codec/compression";
import { fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import type { StoredGrains } from "./grain-map";
import { sectorSize } from "./sector";
import { errorAt } from "./vmdk-error";

/** The marker before every compressed grain: 64 bits of guest sector, 32 bits of size. */
const markerSize = 12;

/** Where a grain's stream lies. */
interface Place {
  readonly at: number;
  readonly stored: number;
}

/**
 * Grains that are stored as zlib streams, each behind a marker that tells its size (specification,
 * "Stream-Optimized Compressed Sparse Extents"). Where the header's flags do not tell of markers there
 * may be some all the same: one that names its grain is taken for what it is.
 * @param layout Bytes of the extent and of a grain; whether the flags tell of markers.
 */
export function compressedGrains(
  source: ByteSource,
  layout: { readonly capacity: number; readonly grainSize: number; readonly hasMarkers: boolean },
): StoredGrains {
  const { capacity, grainSize, hasMarkers } = layout;

  /** Incompressible data grows a little; no writer lets it grow to twice its size. */
  const longest = 2 * grainSize;

  function placeOf(at: number, grain: number): Place {
    if (at + (hasMarkers ? markerSize : 0) >= source.size) throw cutOff(at, at + markerSize);
    const bare = { at, stored: Math.min(longest, source.size - at) };
    // Without a marker nobody knows where the stream ends; the decoder stops by itself.
    if (at + markerSize >= source.size) return bare;
    const bytes = new Uint8Array(markerSize);
    source.read(at, bytes);
    const marker = fields(bytes, { order: "little", file: source.name, base: at });
    const stored = marker.u32(8);
    const isPossible = stored > 0 && stored <= longest;
    const namesGrain = (): boolean => marker.bits64(0) === BigInt((grain * grainSize) / sectorSize);
    if (!hasMarkers && !(isPossible && namesGrain())) return bare;
    if (!isPossible) {
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
      const stream = placeOf(place, grain);
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
