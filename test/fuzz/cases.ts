import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { random, type Random } from "../helpers/seed";
import type { SeedImage } from "./corpus";
import { createDraft, type Draft } from "./draft";
import { exercise, Misbehaviour } from "./exercise";
import type { CaseName } from "./finding";
import { insideOf } from "./inside";
import { mutate, type Donor } from "./mutate";
import { createWorkFolder, type WorkFolder } from "./work-folder";

/** Cases that follow one another damage the same image: it is read and laid out once for them. */
export const blockLength = 64;

/** Which cases to try, and where. */
export interface Run {
  readonly corpus: readonly SeedImage[];
  readonly seed: number;
  /** A folder of this run's own. */
  readonly root: string;
}

/** One case, ready to be tried. */
export interface Case extends CaseName {
  readonly folder: WorkFolder;
  /** @throws Misbehaviour */
  try(): void;
}

/** The cases of one block, which is numbered from 0. Each is laid out when it is asked for. */
export function* casesOf({ corpus, seed, root }: Run, block: number, first = 0): Generator<Case> {
  const chance = random(mixed(seed, block));
  const image = pickImage(corpus, chance);
  const others = corpus.filter(({ format }) => format === image.format);
  const donor = donorOf(chance.pick(others));
  const bytes = readFileSync(join(image.folder, image.file));
  const folder = createWorkFolder(join(root, "work"), image);
  const draft = createDraft(bytes);
  const damageInside = insideOf(image);
  try {
    for (let index = first; index < blockLength; index += 1) {
      const number = block * blockLength + index;
      const own = random(mixed(seed ^ 0x5bd1e995, number));
      if (damageInside !== undefined && own.chance(0.6)) damageInside(draft, own, donor);
      else damage(draft, image, own, donor);
      folder.write(draft);
      const how = {
        ...(own.chance(0.2) && { format: image.format }),
        ...(image.passphrase !== undefined && { passphrase: image.passphrase }),
      };
      yield {
        number,
        image: image.name,
        file: image.file,
        ...how,
        folder,
        try: () => {
          const { path, targets } = folder;
          exercise({ request: { path, grants: [], ...how }, targets }, own);
          const touched = folder.touched();
          if (touched.length > 0) throw new Misbehaviour(`written to: ${touched.join(", ")}`);
        },
      };
      folder.restore(draft, bytes);
      draft.reset();
    }
  } finally {
    folder.close();
    donor.close();
  }
}

/** Half of the blocks go by format: of some there are many more images than of others. */
function pickImage(corpus: readonly SeedImage[], chance: Random): SeedImage {
  if (chance.chance(0.5)) return chance.pick(corpus);
  const format = chance.pick([...new Set(corpus.map((image) => image.format))]);
  return chance.pick(corpus.filter((image) => image.format === format));
}

function damage(draft: Draft, image: SeedImage, chance: Random, donor: Donor): void {
  // Every now and then the whole image, as one whose damage is none.
  if (!chance.chance(0.002)) mutate(draft, image, chance, donor);
}

interface ClosableDonor extends Donor {
  close(): void;
}

function donorOf({ folder, file }: SeedImage): ClosableDonor {
  const fd = openSync(join(folder, file), "r");
  const donor = (at: number, length: number): Uint8Array => {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, at));
  };
  return Object.assign(donor, { close: () => closeSync(fd) });
}

/** One number of two, such that neighbours differ in many bits. */
function mixed(a: number, b: number): number {
  let value = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 1, 0xc2b2ae35);
  value = Math.imul(value ^ (value >>> 15), 0x27d4eb2f);
  return (value ^ (value >>> 13)) >>> 0;
}
