import { ImageError } from "../../errors";

/** Which of the header's three bit sets a feature belongs to, as the feature name table numbers them. */
export const featureSets = ["incompatible", "compatible", "autoclear"] as const;
export type FeatureSet = (typeof featureSets)[number];

/** A feature and the name that people know it by (specification, "Feature name table"). */
export interface FeatureName {
  readonly set: FeatureSet;
  /** 0 to 63. */
  readonly bit: number;
  /** At most 46 bytes of UTF-8. */
  readonly name: string;
}

/** Bits of `incompatible_features`: who does not know one must not open the image. */
export const incompatible = {
  dirty: 1n << 0n,
  corrupt: 1n << 1n,
  externalDataFile: 1n << 2n,
  compressionType: 1n << 3n,
  extendedL2: 1n << 4n,
} as const;

/** Bits of `compatible_features`: who does not know one may ignore it. */
export const compatible = { lazyRefcounts: 1n << 0n } as const;

/** Bits of `autoclear_features`: who does not know one clears it when writing. */
export const autoclear = { bitmaps: 1n << 0n, rawExternalData: 1n << 1n } as const;

/** The features of the specification, in the order and with the names that qemu-img writes. */
export const knownFeatures: readonly FeatureName[] = [
  { set: "incompatible", bit: 0, name: "dirty bit" },
  { set: "incompatible", bit: 1, name: "corrupt bit" },
  { set: "incompatible", bit: 2, name: "external data file" },
  { set: "incompatible", bit: 3, name: "compression type" },
  { set: "incompatible", bit: 4, name: "extended L2 entries" },
  { set: "compatible", bit: 0, name: "lazy refcounts" },
  { set: "autoclear", bit: 0, name: "bitmaps" },
  { set: "autoclear", bit: 1, name: "raw external data" },
];

/** The bits of `bits` that are set and that the specification does not name, lowest first. */
export function unknownBits(set: FeatureSet, bits: bigint): number[] {
  const unknown: number[] = [];
  for (let bit = 0; bit < 64; bit++) {
    const known = knownFeatures.some((feature) => feature.set === set && feature.bit === bit);
    if (!known && (bits & (1n << BigInt(bit))) !== 0n) unknown.push(bit);
  }
  return unknown;
}

/** The name that the image's own table gives a feature; undefined without one. */
function ownNameOf(
  set: FeatureSet,
  bit: number,
  names: readonly FeatureName[],
): string | undefined {
  const name = names.find((feature) => feature.set === set && feature.bit === bit)?.name;
  return name === "" ? undefined : name;
}

/** The name that the image's own table gives a feature, else its set and bit number. */
export function nameOf(set: FeatureSet, bit: number, names: readonly FeatureName[]): string {
  return ownNameOf(set, bit, names) ?? `${set} feature bit ${bit}`;
}

/** As qemu-img tells it: the bits that have names, and the others together in one number. */
function foundFeatures(bits: readonly number[], names: readonly FeatureName[]): string {
  const found: string[] = [];
  let others = 0n;
  for (const bit of bits) {
    const name = ownNameOf("incompatible", bit, names);
    if (name === undefined) others |= 1n << BigInt(bit);
    else found.push(name);
  }
  if (others !== 0n) found.push(`Unknown incompatible feature: ${others.toString(16)}`);
  return found.join(", ");
}

/** The error for an image with the unknown incompatible features `bits`. */
export function unsupportedFeatures(
  bits: readonly number[],
  names: readonly FeatureName[],
  file: string,
): ImageError {
  const list = bits.map((bit) => nameOf("incompatible", bit, names)).join(", ");
  return new ImageError("unsupported", `${file}: unsupported qcow2 feature(s): ${list}`, {
    file,
    at: 72,
    expected: "incompatible features 0 to 4",
    found: foundFeatures(bits, names),
  });
}
