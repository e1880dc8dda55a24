import type { OptionSpec, OptionValues } from "../../../../shared/model/format";
import { ImageError } from "../../errors";
import type { CreateSpec } from "../format";
import { l2EntriesOf, limits } from "./header";

const minClusterSize = 2 ** limits.minClusterBits;
const maxClusterSize = 2 ** limits.maxClusterBits;

function powersOfTwo(from: number, to: number): number[] {
  const powers: number[] = [];
  for (let power = from; power <= to; power *= 2) powers.push(power);
  return powers;
}

const preallocations = ["off", "metadata", "falloc", "full"] as const;
const compressionTypes = ["zlib", "zstd"] as const;

/**
 * What can be chosen for a new qcow2 image, with qemu-img's names and defaults. `preallocation` gives
 * every guest cluster its place at once: with "metadata" in the tables only, with "falloc" the host
 * reserves the space, with "full" zeros are written over it. `data_file` names a second file, beside
 * the image, that holds the data; with `data_file_raw` it is the disk byte after byte.
 */
export const qcow2Options: readonly OptionSpec[] = [
  { name: "preallocation", kind: "choice", default: "off", choices: [...preallocations] },
  { name: "compat", kind: "choice", default: "1.1", choices: ["0.10", "1.1"] },
  {
    name: "cluster_size",
    kind: "size",
    default: 65536,
    choices: powersOfTwo(minClusterSize, maxClusterSize),
  },
  { name: "extended_l2", kind: "switch", default: false },
  { name: "lazy_refcounts", kind: "switch", default: false },
  {
    name: "refcount_bits",
    kind: "choice",
    default: "16",
    choices: powersOfTwo(1, 64).map(String),
  },
  { name: "compression_type", kind: "choice", default: "zlib", choices: [...compressionTypes] },
  { name: "data_file", kind: "text", default: "" },
  { name: "data_file_raw", kind: "switch", default: false, needs: "data_file" },
];

/** What a new image shall be like, checked. Sizes in bytes. */
export interface Plan {
  readonly version: 2 | 3;
  /** Virtual size: what was asked for, rounded up to whole sectors. */
  readonly size: number;
  readonly clusterSize: number;
  readonly extendedL2: boolean;
  readonly lazyRefcounts: boolean;
  /** 1 to 64. */
  readonly refcountBits: number;
  readonly preallocation: (typeof preallocations)[number];
  readonly compressionType: (typeof compressionTypes)[number];
  /** Absent when the data lies in the image itself. */
  readonly dataFile?: { readonly name: string; readonly raw: boolean };
  /** Whether every cluster has its place from the start. */
  readonly mapped: boolean;
  /** Entries of an L2 table. */
  readonly l2Entries: number;
  /** Entries of the L1 table. */
  readonly l1Size: number;
}

function invalid(message: string, detail: { expected?: string; found?: string | number } = {}) {
  return new ImageError("invalid-argument", message, detail);
}

/** Every option's value, by name: what was given, else the default. */
function withDefaults(given: OptionValues): Map<string, string | number | boolean> {
  const values = new Map(qcow2Options.map((spec) => [spec.name, spec.default] as const));
  const merged = new Map<string, string | number | boolean>(values);
  for (const [name, value] of Object.entries(given)) {
    if (!values.has(name)) throw invalid(`Invalid parameter '${name}'`);
    merged.set(name, value);
  }
  return merged;
}

function switchValue(values: Map<string, string | number | boolean>, name: string): boolean {
  const value = values.get(name);
  if (typeof value === "boolean") return value;
  throw invalid(`Parameter '${name}' expects 'on' or 'off'`, { found: value });
}

/** A power of two within [least, most], given as a number or its digits. */
function powerValue(
  value: string | number | boolean | undefined,
  least: number,
  most: number,
  message: string,
): number {
  const number = typeof value === "boolean" ? NaN : Number(value);
  if (powersOfTwo(least, most).includes(number)) return number;
  throw invalid(message, { expected: `${least} to ${most}`, found: String(value) });
}

/** One of the words `choices`. */
function choiceValue<Choice extends string>(
  values: Map<string, string | number | boolean>,
  name: string,
  choices: readonly Choice[],
): Choice {
  const value = values.get(name);
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw invalid(`Parameter '${name}' does not accept value '${value}'`, {
    expected: choices.join(", "),
  });
}

/**
 * Checks size and options of a new image.
 * @throws ImageError `invalid-argument`, in words close to qemu-img's.
 */
export function planOf({ size, options, backing, compress }: CreateSpec): Plan {
  const values = withDefaults(options);
  const version = choiceValue(values, "compat", ["0.10", "1.1"]) === "1.1" ? 3 : 2;
  const preallocation = choiceValue(values, "preallocation", preallocations);
  const compressionType = choiceValue(values, "compression_type", compressionTypes);
  const clusterSize = powerValue(
    values.get("cluster_size"),
    minClusterSize,
    maxClusterSize,
    `Cluster size must be a power of two between ${minClusterSize} and ${maxClusterSize / 1024}k`,
  );
  const refcountBits = powerValue(
    values.get("refcount_bits"),
    1,
    64,
    "Refcount width must be a power of two and may not exceed 64 bits",
  );
  const extendedL2 = switchValue(values, "extended_l2");
  const lazyRefcounts = switchValue(values, "lazy_refcounts");
  const dataFile = dataFileOf(values);
  checkVersion(version, { refcountBits, extendedL2, lazyRefcounts, compressionType, dataFile });
  checkTogether({ preallocation, extendedL2, dataFile, backing, compress });
  const least = 2 ** limits.minExtendedL2ClusterBits;
  if (extendedL2 && clusterSize < least) {
    throw invalid(
      `Extended L2 entries are only supported with cluster sizes of at least ${least} bytes`,
    );
  }
  const l2Entries = l2EntriesOf(clusterSize, extendedL2);
  const whole = Math.ceil(size / 512) * 512;
  if (!Number.isSafeInteger(whole) || size < 0) throw invalid(`A disk cannot have ${size} bytes`);
  const l1Size = Math.ceil(whole / (l2Entries * clusterSize));
  if (l1Size * 8 > limits.l1Table) {
    throw invalid(
      "The image size is too large for file format 'qcow2' (try using a larger cluster size)",
    );
  }
  return {
    version,
    size: whole,
    clusterSize,
    extendedL2,
    lazyRefcounts,
    refcountBits,
    preallocation,
    compressionType,
    ...(dataFile && { dataFile }),
    mapped: preallocation !== "off" || dataFile?.raw === true,
    l2Entries,
    l1Size,
  };
}

/**
 * A relative name or a path; that it leads to the image's own folder is seen where the file is made.
 * @throws ImageError `invalid-argument` for a name that is no file's.
 */
function dataFileOf(values: Map<string, string | number | boolean>): Plan["dataFile"] {
  const name = String(values.get("data_file"));
  const raw = switchValue(values, "data_file_raw");
  if (name === "") {
    if (raw) throw invalid("data-file-raw requires data-file");
    return undefined;
  }
  const bytes = new TextEncoder().encode(name).length;
  if (name.includes("\0") || /^[^./\\]{2,}:/.test(name) || bytes > limits.backingName) {
    throw invalid("The data file must lie beside the image", {
      expected: "a file name",
      found: name,
    });
  }
  return { name, raw };
}

type Combined = Pick<Plan, "preallocation" | "extendedL2"> &
  Pick<CreateSpec, "backing" | "compress"> & { readonly dataFile: Plan["dataFile"] };

/** Refuses what does not go together. */
function checkTogether({ preallocation, extendedL2, dataFile, backing, compress }: Combined): void {
  if (compress === true) {
    if (preallocation !== "off")
      throw invalid("Compression and preallocation not supported at the same time");
    if (dataFile) throw invalid("Compressed clusters cannot lie in an external data file");
  }
  if (backing === undefined) return;
  if (dataFile?.raw === true)
    throw invalid("Backing file and data-file-raw cannot be used at the same time");
  if (preallocation !== "off" && !extendedL2)
    throw invalid(
      "Backing file and preallocation can only be used at the same time if extended_l2 is on",
    );
}

type Newer = Pick<Plan, "refcountBits" | "extendedL2" | "lazyRefcounts" | "compressionType"> & {
  readonly dataFile: Plan["dataFile"];
};

/** Refuses what version 2 cannot say. */
function checkVersion(
  version: 2 | 3,
  { refcountBits, extendedL2, lazyRefcounts, compressionType, dataFile }: Newer,
): void {
  if (version === 3) return;
  const level = "compatibility level 1.1 or above (use compat=1.1)";
  if (refcountBits !== 16) throw invalid(`Different refcount widths than 16 bits require ${level}`);
  if (lazyRefcounts) throw invalid(`Lazy refcounts are only supported with ${level}`);
  if (extendedL2) throw invalid(`Extended L2 entries are only supported with ${level}`);
  if (compressionType !== "zlib")
    throw invalid(`Non-zlib compression type is only supported with ${level}`);
  if (dataFile) throw invalid(`External data files are only supported with ${level}`);
}
