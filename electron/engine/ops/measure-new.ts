import type { FormatId } from "../../../shared/model/format";
import type { MeasuredSize } from "../../../shared/model/measure";
import { ImageError } from "../errors";
import type { CreateSpec } from "../formats/format";
import { countingTarget } from "../io/counting";
import { beginImage } from "./create";
import { beginMeasure } from "./measure";

/**
 * What `createImage` makes: an image without data. Nothing is read, and nothing is written.
 * @throws ImageError `invalid-argument` and `limit` as `createImage`, `unsupported` for a format that
 *   is only read.
 */
export function measureNew(format: FormatId, spec: CreateSpec): MeasuredSize {
  try {
    const { fileLength, allocated, fullyAllocated } = beginMeasure(format, spec).result();
    return { fileLength, allocated, fullyAllocated };
  } catch (error) {
    if (error instanceof ImageError && error.code === "unsupported") return written(format, spec);
    throw error;
  }
}

/** Where only data tells how long the file gets, there is none: it is written to nowhere. */
function written(format: FormatId, spec: CreateSpec): MeasuredSize {
  const target = countingTarget();
  const files = { name: target.name, add: countingTarget };
  beginImage(target, format, { ...spec, files }).finish(0);
  const { size: fileLength, allocated } = target;
  return { fileLength, allocated, fullyAllocated: fileLength };
}
