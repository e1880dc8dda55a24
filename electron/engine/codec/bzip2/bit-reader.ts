import { ImageError } from "../../errors";

/** Takes bits out of a stream, the highest of each byte first. */
export interface BitReader {
  /** The next `count` bits (0 to 16) as a number. @throws ImageError `corrupt-data` past the end. */
  bits(count: number): number;
}

/** Reads `from` bit by bit. */
export function bitReader(from: Uint8Array): BitReader {
  let at = 0;
  /** Bits that were taken out of `from` and not yet asked for: the lowest `held` ones. */
  let hold = 0;
  let held = 0;
  return {
    bits(count) {
      while (held < count) {
        const byte = from[at];
        if (byte === undefined) throw corruptBzip2("the stream is cut off");
        hold = (hold << 8) | byte;
        at += 1;
        held += 8;
      }
      held -= count;
      const value = hold >>> held;
      hold &= (1 << held) - 1;
      return value;
    },
  };
}

/** The error for a damaged stream. */
export function corruptBzip2(problem: string): ImageError {
  return new ImageError("corrupt-data", `bzip2 data is damaged: ${problem}`, { found: problem });
}
