import type { Verification } from "../../../shared/model/receipt";
import { ImageError } from "../errors";
import type { DiskImage } from "../image/disk-image";
import { together, type Stretch } from "./compare";
import type { Control } from "./control";
import { createCopyBuffer, STEP, type CopyBuffer } from "./copy-buffer";
import { digestOfAll, digestOfDataBlocks, type GuestDigest } from "./guest-digest";
import { mapImage } from "./map";

/** The longest disk, in bytes, of which every byte is hashed. */
const HASHED_WHOLE = 64 * 1024 ** 3;

/**
 * Reads a new image and its source side by side, once, and hashes what both hold. A target may be
 * longer, if that reads as zeros. The control counts bytes, zeros too where they are hashed; pauses
 * and cancels.
 * @param hashedWhole Longest disk in bytes whose every byte is hashed.
 * @throws ImageError `different` with the first guest offset at which they differ, and as reading
 *   does, `cancelled`.
 */
export function verifyCopy(
  source: DiskImage,
  target: DiskImage,
  control: Control,
  hashedWhole = HASHED_WHOLE,
): Verification {
  const file = target.layers[0]?.source.name;
  if (target.size < source.size) {
    throw new ImageError("different", "The new image is shorter than its source", {
      expected: source.size,
      found: target.size,
      at: target.size,
      ...(file !== undefined && { file }),
    });
  }
  const whole = source.size <= hashedWhole;
  const digest = whole ? digestOfAll() : digestOfDataBlocks();
  control.setTotal(whole ? source.size : dataBytes(source, target));
  const check = createCheck(control, file);
  for (const { at, length, first, second } of together(source, target)) {
    if (first.zero && second.zero) {
      digest.zeros(length, (bytes) => check.worked(whole ? bytes : 0));
    } else {
      check.stretch(first.zero ? undefined : source, second.zero ? undefined : target, {
        at,
        length,
        digest,
      });
    }
  }
  for (const { start, length, zero } of restOf(target, source.size))
    if (!zero) check.stretch(undefined, target, { at: start, length });
  return { method: whole ? "sha256" : "compared", sha256: digest.hex(), size: source.size };
}

/** Bytes that at least one of the two stores. */
function dataBytes(source: DiskImage, target: DiskImage): number {
  let bytes = 0;
  const stored = ({ first, second }: Stretch): boolean => !first.zero || !second.zero;
  for (const stretch of together(source, target)) if (stored(stretch)) bytes += stretch.length;
  return bytes;
}

/** The map of what the target has beyond the source. */
function restOf(target: DiskImage, from: number): ReturnType<typeof mapImage> | [] {
  return target.size > from ? mapImage(target, from) : [];
}

interface Checked {
  readonly at: number;
  readonly length: number;
  readonly digest?: GuestDigest;
}

/** Compares stretches; undefined stands for a disk of zeros. */
function createCheck(control: Control, file: string | undefined) {
  const left = createCopyBuffer();
  const right = createCopyBuffer();

  function load(image: DiskImage | undefined, buffer: CopyBuffer, at: number, length: number) {
    if (image === undefined) return buffer.zeros.subarray(0, length);
    const bytes = buffer.bytes.subarray(0, length);
    image.read(at, bytes);
    return bytes;
  }

  function worked(bytes: number): void {
    control.addDone(bytes);
    control.waitWhilePaused();
    control.throwIfCancelled();
  }

  function stretch(
    source: DiskImage | undefined,
    target: DiskImage | undefined,
    { at, length, digest }: Checked,
  ): void {
    for (let done = 0; done < length; done += STEP) {
      const step = Math.min(STEP, length - done);
      const expected = load(source, left, at + done, step);
      const found = load(target, right, at + done, step);
      if (expected.compare(found) !== 0) throw differs(expected, found, at + done);
      digest?.data(expected);
      worked(step);
    }
  }

  function differs(expected: Buffer, found: Buffer, at: number): ImageError {
    const skip = expected.findIndex((byte, index) => byte !== found[index]);
    return new ImageError("different", "The new image does not read as its source", {
      expected: expected[skip] ?? 0,
      found: found[skip] ?? 0,
      at: at + skip,
      ...(file !== undefined && { file }),
      hint: "Convert again, and check the disk that the new image lies on.",
    });
  }

  return { worked, stretch };
}
