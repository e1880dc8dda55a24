import type { FormatId, OptionValues } from "../../shared/model/format";
import { engineValues, readCreateOptions, type CreateOptions } from "./create-options";
import { CommandError, programName } from "./errors";
import { checkOptions } from "./format-rules";

/** The -o options of `measure`, as far as they make a difference to it. */
export interface MeasureOptions {
  /** What the engine measures with. */
  readonly values: OptionValues;
  /** Everything is allocated at once (preallocation). */
  readonly full: boolean;
  /** A backing file was named. */
  readonly overlay: boolean;
  /** The version has no bitmaps. */
  readonly withoutBitmaps: boolean;
}

/**
 * Reads the options in qemu-img's words. For raw and qcow2 it looks only at those that change a size,
 * and says nothing of the others, whatever their value; other formats take them as `create` does.
 * @throws CommandError
 */
export function readMeasureOptions(format: FormatId, list: string): MeasureOptions {
  const chosen = readNamed(format, list);
  const plain = { values: {}, full: false, overlay: false, withoutBitmaps: false };
  if (format === "raw") return plain;
  if (format === "qcow2") return qcow2Options(chosen);
  checkOptions(format, chosen);
  return { ...plain, values: engineValues(format, chosen) };
}

function readNamed(format: FormatId, list: string): CreateOptions {
  try {
    return readCreateOptions(format, list);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(
      `${error.message}\n${programName()}: Invalid options for file format '${format}'`,
    );
  }
}

/** In the order in which qemu-img's measure looks at them; its words differ from those of its create. */
function qcow2Options(chosen: CreateOptions): MeasureOptions {
  const number = (name: string, otherwise: bigint): bigint =>
    BigInt(chosen.get(name)?.value ?? otherwise);
  const text = (name: string, otherwise: string): string => chosen.get(name)?.text ?? otherwise;
  const clusterSize = number("cluster_size", 65536n);
  const extendedL2 = chosen.get("extended_l2")?.value === true;
  const refcountBits = number("refcount_bits", 16n);
  const compat = text("compat", "1.1");
  const preallocation = text("preallocation", "off");

  if (!isPowerOfTwo(clusterSize) || clusterSize < 512n || clusterSize > 2n ** 21n)
    throw new CommandError("Cluster size must be a power of two between 512 and 2048k");
  if (extendedL2 && clusterSize < 16384n)
    throw new CommandError(
      "Extended L2 entries are only supported with cluster sizes of at least 16384 bytes",
    );
  if (compat !== "0.10" && compat !== "1.1")
    throw new CommandError(`Invalid compatibility level: '${compat}'`);
  if (!isPowerOfTwo(refcountBits) || refcountBits > 64n)
    throw new CommandError("Refcount width must be a power of two and may not exceed 64 bits");
  if (compat === "0.10" && refcountBits !== 16n)
    throw new CommandError(
      "Different refcount widths than 16 bits require compatibility level 1.1 or above (use compat=1.1 or greater)",
    );
  if (!["off", "metadata", "falloc", "full"].includes(preallocation))
    throw new CommandError(`invalid parameter value: ${preallocation}`);
  if (text("encrypt.format", "") === "luks")
    throw new CommandError("Option 'encrypt.format=luks' is not supported by this version");
  return {
    values: {
      cluster_size: Number(clusterSize),
      extended_l2: extendedL2,
      refcount_bits: String(refcountBits),
    },
    full: preallocation === "falloc" || preallocation === "full",
    overlay: chosen.has("backing_file"),
    withoutBitmaps: compat === "0.10",
  };
}

function isPowerOfTwo(value: bigint): boolean {
  return value > 0n && (value & (value - 1n)) === 0n;
}
