import { corruptXz } from "./xz-error";

/** What was decoded last: the dictionary that matches point into, and what is not yet taken. */
export interface Window {
  /** Bytes since the dictionary was last emptied. */
  readonly position: number;
  /** Makes room for `length` bytes (at most 2 MiB) to come. Everything must have been taken before. */
  reserve(length: number): void;
  put(byte: number): void;
  /** Adds `bytes`. */
  append(bytes: Uint8Array): void;
  /**
   * Adds `count` bytes again that lie `distance` + 1 bytes back.
   * @throws ImageError `corrupt-data` when that is before the dictionary's beginning.
   */
  repeat(distance: number, count: number): void;
  /** The byte `distance` + 1 bytes back; 0 when there is none. */
  back(distance: number): number;
  /** Forgets all bytes that went before. */
  empty(): void;
  /** What was added since the last call; valid until `reserve`. */
  take(): Uint8Array;
}

const firstLength = 2 ** 16;
/** Bytes behind the dictionary that are filled before everything moves to the front. */
const spare = 2 ** 22;

/**
 * A window over the last `dictionary` bytes (at most 2^30). It takes memory as it is filled, and
 * never more than `dictionary` + 6 MiB.
 */
export function createWindow(dictionary: number): Window {
  let bytes = new Uint8Array(firstLength);
  /** Where the next byte goes, where the dictionary begins, and from where on nothing was taken. */
  let end = 0;
  let start = 0;
  let taken = 0;

  function moveToFront(): void {
    const kept = Math.min(dictionary, end - start);
    bytes.copyWithin(0, end - kept, end);
    // `position` counts on over what is forgotten here.
    start -= end - kept;
    end = kept;
    taken = end;
  }

  return {
    get position() {
      return end - start;
    },
    reserve(length) {
      if (end + length <= bytes.length) return;
      if (end >= dictionary + spare) moveToFront();
      if (end + length <= bytes.length) return;
      const most = dictionary + spare + 2 ** 21;
      const longer = new Uint8Array(Math.min(most, Math.max(bytes.length * 2, end + length)));
      longer.set(bytes.subarray(0, end));
      bytes = longer;
    },
    put(byte) {
      bytes[end] = byte;
      end += 1;
    },
    append(from) {
      bytes.set(from, end);
      end += from.length;
    },
    repeat(distance, count) {
      let from = end - distance - 1;
      if (from < Math.max(start, 0) || distance >= dictionary)
        throw corruptXz(`a match ${distance + 1} bytes before ${end - start}`);
      // Byte by byte: a match may overlap what it makes.
      for (const to = end + count; end < to; end += 1, from += 1) bytes[end] = bytes[from]!;
    },
    back: (distance) => (distance < end - Math.max(start, 0) ? bytes[end - distance - 1]! : 0),
    empty() {
      start = end;
    },
    take() {
      const from = taken;
      taken = end;
      return bytes.subarray(from, end);
    },
  };
}
