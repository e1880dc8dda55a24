import { join } from "node:path";
import type { Format } from "../../../electron/engine/formats/format";
import { createPartial } from "../../../electron/engine/image/partial-file";
import type { OptionValues } from "../../../shared/model/format";
import type { PatternDisk } from "../../helpers/pattern-disk";
import type { Random } from "../../helpers/seed";
import { notZero, writeOwn } from "./own-images";
import { samples, type Sample } from "./samples";

/** Writes `disk` as a new image in `folder`, with the format's own writer. */
export function ownSample(
  format: Format,
  folder: string,
  disk: PatternDisk,
  options: OptionValues,
  random: Random,
): Sample {
  const name = `options ${JSON.stringify(options)}`;
  const path = join(folder, `own-${Object.entries(options).flat().join("-")}.image`);
  const content = rounded(disk.bytes, options);
  const { target, files, commit, abandon } = createPartial(path, { replace: false });
  try {
    const image = {
      spec: { size: disk.size, options, files },
      content,
      holds: notZero(content),
    };
    writeOwn(format, target, image, random);
    commit();
  } finally {
    abandon();
  }
  return { name, path, content };
}

/** What the guest reads: zeros behind the disk where an option rounds the size up. */
function rounded(bytes: Uint8Array, options: OptionValues): Uint8Array {
  if (options["whole_mib"] !== true) return bytes;
  const content = new Uint8Array(Math.ceil(bytes.length / 2 ** 20) * 2 ** 20);
  content.set(bytes);
  return content;
}

/** Images of a format that need no other program: made by hand and, where it can be written, by us. */
export function plainSamples(
  format: Format,
  folder: string,
  disk: PatternDisk,
  random: Random,
): Sample[] {
  const own = format.create ? [ownSample(format, folder, disk, {}, random)] : [];
  return [...samples[format.id].byHand(folder, disk, random), ...own];
}
