import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { FormatId, OptionValues } from "../../shared/model/format";
import { formats } from "../../electron/engine/formats/registry";
import { patternDisk } from "../helpers/pattern-disk";
import { random, type Random } from "../helpers/seed";
import { hasProgram } from "../../build/bootstrap/system-packages.mjs";
import { optionSets } from "../engine/conformance/own-images";
import { ownSample, plainSamples } from "../engine/conformance/plain-samples";
import { samples } from "../engine/conformance/samples";
import type { SeedImage } from "./corpus";
import { orderOf, regionsOf } from "./regions";
import { handmadeImages, type HandmadeImage } from "./handmade-images";
import { chainImages, wrappedImages } from "./more-images";

/** Small, and of no whole number of larger blocks. */
const diskSize = 512 * 411;

/** Longer images make fewer cases. */
const longestImage = 5 * 2 ** 20;

/** What `makeCorpus` may do without. */
export interface CorpusParts {
  /** Images by qemu-img, where it is installed. */
  readonly oracle: boolean;
  /** Every value of every option of our own writers. */
  readonly options: boolean;
}

/** Writes the whole images into `folder`, each into a folder of its own, and their list; answers its path. */
export function makeCorpus(folder: string, seed: number, parts: CorpusParts): string {
  const chance = random(seed);
  const made: HandmadeImage[] = [...handmadeImages(diskSize, chance)];
  for (const { id } of formats)
    made.push(...imagesOf(id, join(folder, `made-${id}`), chance, parts));
  if (parts.oracle && hasProgram("qemu-img"))
    made.push(...chainImages(fresh(join(folder, "made-chains")), diskSize));
  made.push(...wrappedImages(made));
  const images = made
    .filter(({ bytes }) => bytes.length <= longestImage)
    .map((image, index) => place(join(folder, String(index)), image));
  const path = join(folder, "corpus.json");
  writeFileSync(path, JSON.stringify(images));
  return path;
}

function imagesOf(
  id: FormatId,
  folder: string,
  chance: Random,
  parts: CorpusParts,
): HandmadeImage[] {
  const format = formats.find((each) => each.id === id)!;
  const disk = patternDisk(chance, diskSize, 20_000);
  const plain = plainSamples(format, fresh(join(folder, "plain")), disk, chance);
  const sets =
    parts.options && format.create !== undefined ? optionSets(format).slice(1).filter(matters) : [];
  const own = sets.flatMap((options, index) => {
    try {
      const alone = fresh(join(folder, `own-${index}`));
      return [ownSample(format, alone, disk, options, chance)];
    } catch {
      // Some options want others beside them.
      return [];
    }
  });
  const byQemu =
    parts.oracle && hasProgram("qemu-img")
      ? samples[id].byQemu(fresh(join(folder, "qemu")), disk, chance)
      : [];
  return [...plain, ...own, ...byQemu].map(({ name, path }) => ({
    name: `${id}: ${name}`,
    format: id,
    file: basename(path),
    bytes: readFileSync(path),
    besides: besides(path),
  }));
}

/** Whether an option makes another kind of image, and not the same with another word in it. */
const matters = (options: OptionValues): boolean =>
  !["hwversion", "adapter_type"].some((name) => name in options);

/** Other files of the image: those of a VMDK have its name in front. */
function besides(path: string): Record<string, string> {
  const file = basename(path);
  const stem = file.replace(/\.\w+$/, "");
  const own = readdirSync(dirname(path)).filter(
    (name) => name !== file && name.startsWith(`${stem}-`),
  );
  return Object.fromEntries(own.map((name) => [name, join(dirname(path), name)]));
}

function fresh(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}

function place(folder: string, image: HandmadeImage): SeedImage {
  mkdirSync(folder, { recursive: true });
  const { name, format, file, bytes, passphrase, inside } = image;
  writeFileSync(join(folder, file), bytes);
  for (const [beside, from] of Object.entries(image.besides ?? {}))
    if (typeof from === "string") copyFileSync(from, join(folder, beside));
    else writeFileSync(join(folder, beside), from);
  const path = `${folder}.inside`;
  if (inside !== undefined) writeFileSync(path, inside.bytes);
  return {
    name,
    format,
    file,
    folder,
    regions: regionsOf(format, bytes),
    order: orderOf(format),
    ...(passphrase !== undefined && { passphrase }),
    ...(inside !== undefined && {
      inside: { path, packing: inside.packing, regions: regionsOf(format, inside.bytes) },
    }),
  };
}
