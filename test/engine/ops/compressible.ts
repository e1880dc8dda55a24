import type { PatternDisk } from "../../helpers/pattern-disk";
import type { Random } from "../../helpers/seed";

/**
 * Makes about two thirds of a disk's data such that it can be compressed, more or less well; what is
 * left is as random as it was. No data byte becomes zero.
 */
export function makeCompressible({ runs, bytes }: PatternDisk, numbers: Random): void {
  for (const { kind, at, length } of runs) {
    if (kind !== "data" || numbers.chance(1 / 3)) continue;
    const word = new Uint8Array(numbers.pick([1, 7, 60, 3000]));
    numbers.fill(word);
    for (let done = 0; done < length; done += word.length) {
      bytes.set(word.subarray(0, length - done), at + done);
      // A letter of its own now and then.
      if (numbers.chance(0.5)) bytes[at + done] = numbers.between(1, 256);
    }
  }
}
