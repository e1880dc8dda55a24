import type { ConvertResult } from "../engine";
import { printWarning } from "./output";

type Salvaged = NonNullable<ConvertResult["salvaged"]>;

/** Why a stretch could not be read; all else has a table that is damaged. */
const words: Readonly<Record<string, string>> = {
  io: "Input/output error",
  truncated: "the file ends before",
  "corrupt-data": "stored data does not decode",
};

/** Says on stderr what became zeros: a line for each stretch, as qemu-img has them, and the sum. */
export function warnOfSalvaged({ ranges, bytes, unlisted }: Salvaged): void {
  for (const { at, length, reason } of ranges) {
    const why = words[reason] ?? "a table of the image is damaged";
    printWarning(`error while reading offset ${at}: ${why} (${length} bytes)`);
  }
  if (unlisted > 0) printWarning(`${unlisted} more places could not be read`);
  if (bytes > 0) printWarning(`${bytes} bytes could not be read and became zeros`);
}

/** Says on stderr which files were written to while they were read. qemu-img, which locks them, says nothing. */
export function warnOfChanged(files: readonly string[]): void {
  for (const file of files)
    printWarning(
      `${file} was changed while it was read; the copy may hold some of before and after`,
    );
}
