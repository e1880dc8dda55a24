import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { convert, createControl, formatModels } from "../../electron/engine";
import type { FormatId } from "../../shared/model/format";
import { patternDisk, writeRawFile } from "../helpers/pattern-disk";
import type { Random } from "../helpers/seed";

const COUNT = 10;

/** A format to write, and how. */
export interface Kind {
  readonly format: FormatId;
  readonly compress: boolean;
  readonly extension: string;
}

/** Every format that Lamina writes, and compressed too where it can be. */
export function writableKinds(): Kind[] {
  return formatModels()
    .filter(({ writable }) => writable)
    .flatMap(({ id, compresses, extensions }) =>
      [false, ...(compresses ? [true] : [])].map((compress) => ({
        format: id,
        compress,
        extension: extensions[0] ?? id,
      })),
    );
}

/**
 * Ten images of one disk in a new folder, in as many formats as there are.
 * @param size Bytes of the disk.
 */
export function makeDisks(folder: string, random: Random, size: number): string[] {
  mkdirSync(folder);
  const raw = join(folder, "disk.raw");
  writeRawFile(raw, patternDisk(random, size, 1_000_000));
  const kinds = writableKinds();
  const copies = Array.from({ length: COUNT - 1 }, (_, at) => {
    const { format, compress, extension } = kinds[at % kinds.length]!;
    const target = join(folder, `${at}.${extension}`);
    const source = { images: [{ path: raw, grants: [] }] };
    const how = { options: {}, compress, replace: false, flush: false, control: createControl() };
    convert({ source, target, format, ...how });
    return target;
  });
  return [raw, ...copies];
}
