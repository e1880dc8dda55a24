import { crc32 } from "../crc32";
import { crc64 } from "./crc64";

/** How the bytes of a block are checked: told all of them, it says what the block must end with. */
export interface Check {
  /** Bytes behind each block. */
  readonly size: number;
  add(bytes: Uint8Array): void;
  /** Whether `stored` is right for all that was added; then it begins anew. */
  holds(stored: Uint8Array): boolean;
}

/** Sizes of the checks by their number (the .xz file format, 2.1.1.2). */
const sizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** The check of that number, 0 to 15; one that is neither CRC32 nor CRC64 holds for anything. */
export function checkOf(id: number): Check {
  const size = sizes[id] ?? 0;
  if (id === 1) {
    let sum = 0;
    return {
      size,
      add: (bytes) => {
        sum = crc32(bytes, sum);
      },
      holds(stored) {
        const expected = sum;
        sum = 0;
        return new DataView(stored.buffer, stored.byteOffset).getUint32(0, true) === expected;
      },
    };
  }
  if (id === 4) {
    const sum = crc64();
    return {
      size,
      add: sum.add,
      holds(stored) {
        const expected = sum.take();
        return new DataView(stored.buffer, stored.byteOffset).getBigUint64(0, true) === expected;
      },
    };
  }
  return { size, add: () => {}, holds: () => true };
}
