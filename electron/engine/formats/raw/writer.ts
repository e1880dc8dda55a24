import { ImageError } from "../../errors";
import type { ByteTarget } from "../../io/source";
import type { ImageWriter } from "../../image/writer";
import type { CreateSpec } from "../format";
import type { OptionValues } from "../../../../shared/model/format";
import { rawOptions } from "./options";
import { sectorSize } from "./sector";

/** Zeros are left out in pieces of one page, the least that file systems keep apart. */
const holeSize = 4096;

/**
 * Begins a raw image. The size is rounded up to whole sectors.
 * @throws ImageError `invalid-argument` for a size, option or backing file that raw cannot have,
 *   `unsupported` when space shall be reserved and the host cannot, `io`.
 */
export function createRaw(target: ByteTarget, spec: CreateSpec): ImageWriter {
  const size = Math.ceil(spec.size / sectorSize) * sectorSize;
  if (!Number.isSafeInteger(spec.size) || !Number.isSafeInteger(size) || spec.size < 0)
    throw invalid(`A disk cannot have ${spec.size} bytes`);
  if (spec.backing) throw invalid("A raw image has no header that could name a backing file");
  if (preallocation(spec.options) === "falloc") reserve(target, size);
  return {
    placement: { kind: "linear", base: 0, blockSize: holeSize },
    placed() {
      throw invalid("A raw image hands out no slots");
    },
    finish: () => target.truncate(size),
  };
}

/** The chosen preallocation. @throws ImageError `invalid-argument` for an option or value there is not. */
function preallocation(values: OptionValues): string {
  for (const [name, value] of Object.entries(values)) {
    const spec = rawOptions.find((each) => each.name === name);
    if (spec === undefined) throw invalid(`A raw image has no option '${name}'`);
    if (spec.kind === "choice" && !spec.choices.includes(String(value)))
      throw new ImageError("invalid-argument", `Option '${name}' cannot be '${value}'`, {
        expected: spec.choices.join(", "),
        found: String(value),
      });
  }
  return String(values["preallocation"] ?? "off");
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

function invalid(message: string): ImageError {
  return new ImageError("invalid-argument", message);
}
