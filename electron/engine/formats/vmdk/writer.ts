import type { ImageWriter } from "../../image/writer";
import type { ByteTarget } from "../../io/source";
import type { CreateSpec } from "../format";
import { createDescribed } from "./described-writer";
import { planOf } from "./options";
import { createSparse } from "./sparse-writer";
import { createStream } from "./stream-writer";

/** The name of an image that does not tell its own. */
export const someName = "disk.vmdk";

/**
 * Begins a new image of any subformat.
 * @throws ImageError `invalid-argument` for an option, size, name or parent that it cannot have;
 *   `limit`; `exists` and `io` for files beside it. The writers throw `limit` when a file would pass
 *   what its tables can tell, and `io`.
 */
export function createVmdk(target: ByteTarget, spec: CreateSpec): ImageWriter {
  const plan = planOf(spec);
  const { capacity } = plan;
  const fileName = spec.files?.name ?? someName;
  switch (plan.subformat) {
    case "monolithicSparse":
      return createSparse(target, plan, { capacity, fileName });
    case "streamOptimized":
      return createStream(target, plan, fileName);
    case "monolithicFlat":
    case "twoGbMaxExtentSparse":
    case "twoGbMaxExtentFlat":
      return createDescribed(target, plan, spec.files);
  }
}
