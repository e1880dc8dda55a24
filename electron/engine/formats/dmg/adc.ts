import { ImageError } from "../../errors";

/**
 * Decodes Apple Data Compression: fills `into` from the stream at the beginning of `from`.
 * What follows is ignored. Each piece begins with a byte of control bits:
 *
 * ```
 * 1nnnnnnn                    n + 1 bytes follow as they are
 * 00nnnndd dddddddd           n + 3 bytes again, from d + 1 bytes back
 * 01nnnnnn dddddddd dddddddd  n + 4 bytes again, from d + 1 bytes back
 * ```
 * @throws ImageError `corrupt-data` when the stream is cut off, points before its beginning, or
 *   does not end where `into` does.
 */
export function decodeAdc(from: Uint8Array, into: Uint8Array): void {
  let at = 0;
  let done = 0;

  function next(): number {
    const byte = from[at];
    if (byte === undefined) throw corrupt(into.length, `the stream is cut off after ${done}`);
    at += 1;
    return byte;
  }
  function room(length: number): number {
    if (length > into.length - done) throw corrupt(into.length, "the stream holds more");
    return length;
  }
  function copyBack(length: number, distance: number): void {
    if (distance > done) throw corrupt(into.length, `a match ${distance} bytes before ${done}`);
    // Byte by byte: a match may overlap what it makes.
    for (const end = done + room(length); done < end; done += 1)
      into[done] = into[done - distance] ?? 0;
  }

  while (done < into.length) {
    const control = next();
    if (control >= 0x80) {
      const length = room((control & 0x7f) + 1);
      if (length > from.length - at)
        throw corrupt(into.length, `the stream is cut off after ${done}`);
      into.set(from.subarray(at, at + length), done);
      at += length;
      done += length;
    } else if (control >= 0x40) {
      const high = next();
      copyBack((control & 0x3f) + 4, high * 256 + next() + 1);
    } else {
      copyBack((control >>> 2) + 3, (control & 3) * 256 + next() + 1);
    }
  }
}

function corrupt(expected: number, found: string): ImageError {
  return new ImageError(
    "corrupt-data",
    `compressed data does not decode to ${expected} bytes: ${found}`,
    { expected, found },
  );
}
