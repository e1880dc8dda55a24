import { ImageError } from "../errors";
import type { ByteTarget } from "./source";

/**
 * A file that is being changed and that another program may cut short meanwhile, locks or not. Its
 * length is what it was at first or has become through this target. Where the file has less, nothing more is
 * written: that would make it longer again, with zeros in the place of what was cut off.
 * @returns A target over `file`, whose calls that write or flush throw `truncated` then, too.
 */
export function keptLength(file: ByteTarget): ByteTarget {
  let length = file.size;

  function requireWhole(): void {
    const { size } = file;
    if (size >= length) return;
    throw new ImageError("truncated", `${file.name} was cut short while it was being changed`, {
      file: file.name,
      expected: `at least ${length} bytes`,
      found: size,
      hint: "Make sure that no other program writes to it, check it, and get back what is gone from a copy.",
    });
  }

  const kept: Partial<ByteTarget> = {
    get size() {
      // A write that failed in the middle has made it longer all the same.
      return Math.max(length, file.size);
    },
    write(at, from) {
      requireWhole();
      file.write(at, from);
      if (from.length > 0) length = Math.max(length, at + from.length);
    },
    truncate(size) {
      requireWhole();
      file.truncate(size);
      length = size;
    },
    flush() {
      file.flush();
      // What was cut off after the last write is told before the change takes effect.
      requireWhole();
    },
  };
  // The file's members as its own, too: who wraps a target takes over those.
  return Object.create(file, {
    ...Object.getOwnPropertyDescriptors(file),
    ...Object.getOwnPropertyDescriptors(kept),
  }) as ByteTarget;
}
