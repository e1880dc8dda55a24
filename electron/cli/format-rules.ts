import type { FormatId } from "../../shared/model/format";
import type { CreateOptions } from "./create-options";
import { CommandError } from "./errors";
import { checkQcow2 } from "./qcow2-rules";

/** Makes the error of a reason. */
type Failed = (reason: string) => CommandError;

/** What qemu-img takes for an option of a format, and says of anything else. */
interface ValueRule {
  readonly format: FormatId;
  readonly name: string;
  readonly values: readonly string[];
  readonly refusal: (value: string) => string;
}

const unknownValue = (value: string): string => `invalid parameter value: ${value}`;
const unknownSubformat = (value: string): string =>
  `Parameter 'subformat' does not accept value '${value}'`;

/** In the order in which qemu-img looks at them. */
const valueRules: readonly ValueRule[] = [
  {
    format: "vmdk",
    name: "adapter_type",
    values: ["ide", "lsilogic", "buslogic", "legacyESX"],
    refusal: unknownValue,
  },
  {
    format: "vmdk",
    name: "subformat",
    values: [
      "monolithicSparse",
      "monolithicFlat",
      "twoGbMaxExtentSparse",
      "twoGbMaxExtentFlat",
      "streamOptimized",
    ],
    refusal: unknownValue,
  },
  { format: "vpc", name: "subformat", values: ["dynamic", "fixed"], refusal: unknownSubformat },
  { format: "vhdx", name: "subformat", values: ["dynamic", "fixed"], refusal: unknownSubformat },
];

/**
 * Checks -o options of a new image together, in qemu-img's words. What is well, and yet nothing that
 * Lamina has, passes.
 * @param failed Makes the error of a reason.
 * @throws what `failed` makes.
 */
export function checkOptions(
  format: FormatId,
  options: CreateOptions,
  failed: Failed = (reason) => new CommandError(reason),
): void {
  if (format === "qcow2") {
    checkQcow2(options, failed);
    return;
  }
  checkPreallocation(options, failed);
  for (const { format: own, name, values, refusal } of valueRules) {
    const given = options.get(name)?.text;
    if (own === format && given !== undefined && !values.includes(given))
      throw failed(refusal(given));
  }
  const hardware = options.get("hwversion")?.text ?? "undefined";
  if (options.get("compat6")?.value === true && hardware !== "undefined")
    throw failed("compat6 cannot be enabled with hwversion set");
}

/**
 * Whether -c asks for nothing: a streamOptimized VMDK is compressed in any case, and a sparse one never,
 * though qemu-img takes the option for it, too.
 * @param subformat The default when absent.
 */
export const isCompressedItsOwnWay = (format: FormatId, subformat = "monolithicSparse"): boolean =>
  format === "vmdk" && !subformat.endsWith("Flat");

/** The modes of a plain file, which lies below every format but qcow2's own modes. */
function checkPreallocation(options: CreateOptions, failed: Failed): void {
  const mode = options.get("preallocation")?.text ?? "off";
  if (mode === "metadata") throw failed(`Unsupported preallocation mode: ${mode}`);
  if (!["off", "falloc", "full"].includes(mode)) throw failed(unknownValue(mode));
}
