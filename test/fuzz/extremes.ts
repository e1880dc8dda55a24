import type { Random } from "../helpers/seed";
import type { Region } from "./corpus";

/** What a field may be set to: its bytes as a number, cut to the field's width afterwards. */
export interface FieldPlace {
  readonly width: 1 | 2 | 4 | 8;
  /** Byte offset of the field in the file. */
  readonly at: number;
  readonly current: bigint;
}

/** What of the file a field may point to. */
export interface Surroundings {
  /** Bytes. */
  readonly fileSize: number;
  readonly regions: readonly Region[];
}

/** What offsets are counted in: bytes, sectors, clusters, MiB. */
const units = [1n, 512n, 4096n, 65536n, 1n << 20n];

/** A value at an edge: of the type, of the file, of what a double can hold, or of another structure. */
export function extremeValue(random: Random, place: FieldPlace, around: Surroundings): bigint {
  const bits = BigInt(place.width * 8);
  const step = BigInt(random.between(-2, 3));
  switch (random.between(0, 10)) {
    case 0:
      return BigInt(random.between(0, 4));
    case 1:
      return (1n << bits) - 1n - BigInt(random.between(0, 3));
    case 2:
      return (1n << (bits - 1n)) + step;
    case 3:
      return (1n << BigInt(random.between(0, Number(bits)))) + step;
    case 4:
      return (BigInt(around.fileSize) + step * random.pick(units)) / random.pick(units);
    case 5:
      return (1n << 53n) / random.pick(units) + step;
    case 6: {
      // Of tables that point into each other, at the header, or at themselves.
      const at = random.pick([0, place.at, ...around.regions.map((region) => region.at)]);
      return BigInt(at) / random.pick(units) + (random.chance(0.3) ? step : 0n);
    }
    case 7:
      return place.current + step;
    case 8:
      return place.current ^ (1n << BigInt(random.between(0, Number(bits))));
    default:
      return place.current * BigInt(random.pick([2, 3, 16, 256, 65536]));
  }
}
