import type { ByteTarget } from "./source";

/** Bytes written at once. */
const pieceSize = 2 ** 20;

/** Writes zeros over a range of bytes. @throws ImageError `io`. */
export function zeroRange(target: ByteTarget, at: number, length: number): void {
  const zeros = new Uint8Array(Math.min(pieceSize, length));
  for (let done = 0; done < length; done += pieceSize)
    target.write(at + done, zeros.subarray(0, Math.min(pieceSize, length - done)));
}
