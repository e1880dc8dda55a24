import { formatById } from "../engine";
import type { FormatId } from "../../shared/model/format";
import { print } from "./output";

/** What a new overlay and every new image can be told besides its format's own options. */
const backingOptions: readonly (readonly [string, string])[] = [
  ["backing_file=<str>", "File name of a base image"],
  ["backing_fmt=<str>", "Image format of the base image"],
];

const words: Readonly<Record<string, string>> = {
  adapter_type: "Virtual adapter type",
  block_size: "Block size in bytes; 0 chooses one by the image size",
  block_state_zero: "Call blocks without data zero, and not absent",
  cluster_size: "qcow2 cluster size",
  compat: "Compatibility level (v2 [0.10] or v3 [1.1])",
  compression_type: "Compression method used for image cluster compression",
  data_file: "File name of an external data file",
  data_file_raw: "The external data file must stay valid as a raw image",
  extended_l2: "Extended L2 tables",
  hwversion: "VMDK hardware version",
  lazy_refcounts: "Postpone refcount updates",
  log_size: "Log size in bytes, rounded up to whole MiB",
  preallocation: "Preallocation mode",
  refcount_bits: "Width of a reference count entry in bits",
  static: "Every block has its place from the start",
  subformat: "Kind of image",
  whole_mib: "Round the size up to whole MiB",
  zeroed_grain: "Grain tables may say that a grain is zero",
};

/** Choices that the words themselves name, or that are numbers as good as any. */
const unlisted = new Set(["compat", "compression_type", "refcount_bits"]);

/**
 * Prints the -o options that Lamina has for a format, in qemu-img's layout (`-o help`).
 * @param named Whether a file was named: without one, the options of plain files are left out, and
 *   the list says so.
 */
export function printOptionHelp(name: FormatId, named: boolean): void {
  const { options, backing, linksToParent } = formatById(name);
  const own = options.filter((spec) => named || name === "qcow2" || spec.name !== "preallocation");
  const rows: (readonly [string, string])[] = own.map((spec) => {
    const kind = { size: "<size>", choice: "<str>", switch: "<bool (on/off)>", text: "<str>" }[
      spec.kind
    ];
    const text = words[spec.name] ?? spec.name;
    const values =
      spec.kind === "choice" && !unlisted.has(spec.name)
        ? ` (allowed values: ${spec.choices.join(", ")})`
        : "";
    return [`${spec.name}=${spec.name === "refcount_bits" ? "<num>" : kind}`, text + values];
  });
  if (backing || linksToParent) rows.push(...backingOptions);
  rows.push(["size=<size>", "Virtual disk size"]);
  rows.sort(([a], [b]) => (a < b ? -1 : 1));
  print(named ? "Supported options:\n" : `Supported ${name} options:\n`);
  for (const [option, text] of rows) print(`  ${option.padEnd(22)} - ${text}\n`);
  if (named) return;
  print(
    "\nThe protocol level may support further options.\n" +
      "Specify the target filename to include those options.\n",
  );
}
