import { ImageError } from "../../errors";
import { hostBlock } from "../../io/host-blocks";
import type { ByteTarget } from "../../io/source";
import type { ImageWriter } from "../../image/writer";
import type { CreateSpec } from "../format";
import { planOf } from "./options";

/**
 * Begins a raw image. The size is rounded up to whole sectors; zeros are left out in pieces of one
 * host block.
 * @throws ImageError `invalid-argument` for a size, option or backing file that raw cannot have,
 *   `unsupported` when space shall be reserved and the host cannot, `io`.
 */
export function createRaw(target: ByteTarget, spec: CreateSpec): ImageWriter {
  const { size, preallocation } = planOf(spec);
  if (preallocation === "falloc") reserve(target, size);
  return {
    placement: { kind: "linear", base: 0, blockSize: hostBlock },
    placed() {
      throw new ImageError("invalid-argument", "A raw image hands out no slots");
    },
    finish: () => target.truncate(size),
  };
}

/** Reserves `size` bytes on the host, and makes sure of it: some hosts quietly do nothing. */
function reserve(target: ByteTarget, size: number): void {
  target.allocate?.(0, size);
  if ((target.allocated ?? 0) >= size) return;
  throw new ImageError("unsupported", `Space for ${target.name} cannot be reserved on this host`, {
    file: target.name,
    expected: size,
    found: target.allocated,
    hint: "Choose preallocation off.",
  });
}
