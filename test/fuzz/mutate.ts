import type { Random } from "../helpers/seed";
import type { Region, SeedImage } from "./corpus";
import type { Draft } from "./draft";
import { extremeValue, type FieldPlace } from "./extremes";
import { seal } from "./seal";
import { changeText } from "./text";
import { changeName } from "./names";

/** Reads bytes of another image of the same format, as many as there are. */
export type Donor = (at: number, length: number) => Uint8Array;

type Way = (draft: Draft, seed: SeedImage, random: Random, donor: Donor) => void;

/** Damages the image in one way, or in a few; most checksums are made right again. */
export function mutate(draft: Draft, seed: SeedImage, random: Random, donor: Donor): void {
  const count = random.chance(0.6) ? 1 : random.between(2, 5);
  for (let done = 0; done < count; done += 1) wayFor(seed, random)(draft, seed, random, donor);
  if (random.chance(0.85)) seal(draft, seed.format);
}

function wayFor({ regions }: SeedImage, random: Random): Way {
  const part = random.between(0, 100);
  if (regions.length > 0 && part < 62) return changeRegion;
  if (part < 72) return resize;
  if (part < 80) return flipBits;
  if (part < 90) return splice;
  return havoc;
}

const changeRegion: Way = (draft, seed, random) => {
  const region = random.pick(seed.regions);
  if (region.kind === "text") changeText(draft, region, random);
  else if (region.kind === "base64") changeEncoded(draft, region, seed, random);
  else if (region.kind === "fields") changeField(draft, region, seed, random);
  else changeName(draft, region, random);
};

/** One field, or one and the same value in several that follow one another. */
function changeField(draft: Draft, region: Region, seed: SeedImage, random: Random): void {
  const place = fieldIn(draft.bytes, region, seed, random);
  const around = { fileSize: draft.bytes.length, regions: seed.regions };
  const value = fieldBytes(extremeValue(random, place, around), place.width, seed.order, random);
  const times = random.chance(0.1) ? random.between(2, 64) : 1;
  for (let index = 0; index < times; index += 1) draft.set(place.at + index * place.width, value);
}

/** Fields that are written as base64, as those of a property list are. */
function changeEncoded(draft: Draft, region: Region, seed: SeedImage, random: Random): void {
  const text = Buffer.from(draft.bytes.subarray(region.at, region.at + region.length));
  const lines = text.toString("latin1");
  const plain = Buffer.from(lines, "base64");
  // Another change may have made an end of it.
  if (plain.length < 8) return;
  const whole: Region = { ...region, at: 0, length: plain.length, kind: "fields" };
  const place = fieldIn(plain, whole, seed, random);
  const around = { fileSize: draft.bytes.length, regions: seed.regions };
  const value = extremeValue(random, place, around);
  plain.set(fieldBytes(value, place.width, seed.order, random), place.at);
  // Line breaks and blanks stay where they were.
  const encoded = plain.toString("base64");
  let next = 0;
  const filled = lines.replace(/[A-Za-z0-9+/=]/g, () => encoded[next++] ?? "=");
  draft.set(region.at, Buffer.from(filled, "latin1"));
}

function fieldIn(
  bytes: Uint8Array,
  { at, length }: Region,
  { order }: SeedImage,
  random: Random,
): FieldPlace {
  const width = random.pick([1, 2, 4, 4, 8, 8] as const);
  // Most of what matters stands at the beginning.
  const reach = random.chance(0.7) ? Math.min(length, 256) : length;
  const count = Math.max(1, Math.floor(reach / width));
  const fieldAt = at + random.between(0, count) * width;
  const field = Buffer.from(bytes.subarray(fieldAt, fieldAt + width));
  if (order === "little") field.reverse();
  const current = BigInt(`0x0${field.toString("hex")}`);
  return { width, at: fieldAt, current };
}

function fieldBytes(
  value: bigint,
  width: number,
  order: SeedImage["order"],
  random: Random,
): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt.asUintN(width * 8, value));
  const big = bytes.subarray(8 - width);
  // The other order makes large numbers of small ones.
  return (order === "big") !== random.chance(0.05) ? big : big.toReversed();
}

/** Cut off at or near the border of a structure, or anywhere; or grown by a hole. */
const resize: Way = (draft, { regions }, random) => {
  const size = draft.bytes.length;
  if (random.chance(0.15)) {
    draft.length = size + random.pick([1, 511, 512, 65536, 2 ** 20, 2 ** 28, 2 ** 32, 2 ** 40]);
    return;
  }
  const borders = regions.flatMap(({ at, length }) => [at, at + length, at + (length >>> 1)]);
  const at = random.chance(0.7)
    ? random.pick([0, size, ...borders]) + random.between(-1, 2)
    : random.between(0, size + 1);
  draft.length = Math.max(0, Math.min(size, at));
};

const flipBits: Way = (draft, { regions }, random) => {
  for (let left = random.between(1, 17); left > 0; left -= 1) {
    const region = regions.length > 0 && random.chance(0.8) ? random.pick(regions) : undefined;
    const { at, length } = region ?? { at: 0, length: draft.bytes.length };
    if (length === 0) return;
    const place = at + random.between(0, length);
    draft.set(place, Uint8Array.of((draft.bytes[place] ?? 0) ^ (1 << random.between(0, 8))));
  }
};

/** A structure, or any stretch, out of another image of the format. */
const splice: Way = (draft, { regions }, random, donor) => {
  const whole = { at: 0, length: draft.bytes.length };
  const { at, length } = regions.length > 0 ? random.pick(regions) : whole;
  if (length === 0) return;
  const from = at + (random.chance(0.5) ? 0 : random.between(0, length));
  draft.set(from, donor(from, Math.min(length, random.pick([8, 64, 512, 4096, 65536]))));
};

/** Stretches overwritten, copied about, and filled, without any regard to what they are. */
const havoc: Way = (draft, _seed, random) => {
  const { length } = draft.bytes;
  if (length === 0) return;
  for (let left = random.between(1, 9); left > 0; left -= 1) {
    const size = Math.min(length, random.pick([1, 4, 16, 512, 4096]));
    const to = random.between(0, length - size + 1);
    const from = random.between(0, length - size + 1);
    const part = draft.bytes.slice(from, from + size);
    if (random.chance(0.3)) part.fill(random.pick([0, 0xff, 0x80, 0x7f, 1]));
    else if (random.chance(0.4)) random.fill(part);
    draft.set(to, part);
  }
};
