import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import type { Random } from "../helpers/seed";
import { pack } from "../engine/wrappings/packed";
import type { SeedImage } from "./corpus";
import { createDraft, type Draft } from "./draft";
import { mutate, type Donor } from "./mutate";

/** Damages what is packed in an image, which then is packed well again. */
export type InsideDamage = (draft: Draft, random: Random, donor: Donor) => void;

/** As a rule fewer bytes than the tests' quicker way, so that there is room for them. */
const packAgain = { ...pack, gz: (bytes: Uint8Array) => gzipSync(bytes) };

/** For an image of the corpus that is packed; undefined for others. */
export function insideOf(image: SeedImage): InsideDamage | undefined {
  if (image.inside === undefined) return undefined;
  const { path, packing, regions } = image.inside;
  const inner = createDraft(readFileSync(path));
  return (draft, random, donor) => {
    mutate(inner, { ...image, regions }, random, donor);
    const packed = packAgain[packing](inner.bytes.subarray(0, inner.length));
    inner.reset();
    // What does not fit behind the packed bytes there were is cut off.
    draft.set(0, packed);
    draft.length = Math.min(packed.length, draft.bytes.length);
  };
}
