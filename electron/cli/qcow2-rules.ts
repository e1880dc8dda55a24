import { CommandError } from "./errors";
import type { CreateOptions } from "./create-options";

const newer = "compatibility level 1.1 and above (use version=v3 or greater)";
const preallocations = new Set(["off", "metadata", "falloc", "full"]);

/**
 * Checks -o options of a new qcow2 image together, in qemu-img's words; the engine checks them again.
 * @param failed Makes the error of a reason.
 * @throws what `failed` makes.
 */
export function checkQcow2(
  options: CreateOptions,
  failed = (reason: string): CommandError => new CommandError(reason),
): void {
  const text = (name: string, otherwise: string): string => options.get(name)?.text ?? otherwise;
  const number = (name: string, otherwise: bigint): bigint =>
    BigInt(options.get(name)?.value ?? otherwise);
  const on = (name: string): boolean => options.get(name)?.value === true;

  const compat = text("compat", "1.1");
  if (!["0.10", "1.1", "v2", "v3"].includes(compat))
    throw failed(`Parameter 'version' does not accept value '${compat}'`);
  const preallocation = text("preallocation", "off");
  if (!preallocations.has(preallocation))
    throw failed(`Parameter 'preallocation' does not accept value '${preallocation}'`);
  const compression = text("compression_type", "zlib");
  if (compression !== "zlib" && compression !== "zstd")
    throw failed(`Parameter 'compression-type' does not accept value '${compression}'`);

  const old = compat === "0.10" || compat === "v2";
  const clusterSize = number("cluster_size", 65536n);
  const refcountBits = number("refcount_bits", 16n);
  if (!isPowerOfTwo(clusterSize) || clusterSize < 512n || clusterSize > 2n ** 21n)
    throw failed("Cluster size must be a power of two between 512 and 2048k");
  if (on("extended_l2") && old)
    throw failed(`Extended L2 entries are only supported with ${newer}`);
  if (on("extended_l2") && clusterSize < 16384n)
    throw failed(
      "Extended L2 entries are only supported with cluster sizes of at least 16384 bytes",
    );
  const backed = options.has("backing_file");
  if (backed && preallocation !== "off" && !on("extended_l2"))
    throw failed(
      "Backing file and preallocation can only be used at the same time if extended_l2 is on",
    );
  if (on("lazy_refcounts") && old) throw failed(`Lazy refcounts only supported with ${newer}`);
  if (!isPowerOfTwo(refcountBits) || refcountBits > 64n)
    throw failed("Refcount width must be a power of two and may not exceed 64 bits");
  if (refcountBits !== 16n && old)
    throw failed(
      "Different refcount widths than 16 bits require compatibility level 1.1 or above (use version=v3 or greater)",
    );
  checkDataFile(options, { old, backed }, failed);
  if (compression === "zstd" && old)
    throw failed(`Non-zlib compression type is only supported with ${newer}`);
}

function checkDataFile(
  options: CreateOptions,
  { old, backed }: { readonly old: boolean; readonly backed: boolean },
  failed: (reason: string) => CommandError,
): void {
  const name = options.get("data_file")?.text;
  const raw = options.get("data_file_raw")?.value === true;
  if (raw && name === undefined) throw failed("data-file-raw requires data-file");
  if (raw && backed) throw failed("Backing file and data-file-raw cannot be used at the same time");
  if (name !== undefined && old)
    throw failed(`External data files are only supported with ${newer}`);
  if (name === "") throw failed("Could not create '': No such file or directory");
}

function isPowerOfTwo(value: bigint): boolean {
  return value > 0n && (value & (value - 1n)) === 0n;
}
