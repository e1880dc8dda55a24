import { createControl, formatById, measureTarget, measureVariants } from "../engine";
import type { FormatId, OptionValues } from "../../shared/model/format";
import type { MeasuredSize, MeasuredVariant } from "../../shared/model/measure";
import { engineValues, readCreateOptions } from "./create-options";
import { CommandError } from "./errors";
import { checkOptions } from "./format-rules";
import { formatJson } from "./json";
import { openRequest, type ImageArgument } from "./open";
import { print } from "./output";
import { humanSize } from "./sizes";

/** What every way to write the image would take, as convert writes it; all of its data is read. */
export function measureAll(argument: ImageArgument, only?: FormatId): MeasuredVariant[] {
  const measured = measureVariants(openRequest(argument), createControl(), undefined, true);
  return only === undefined ? measured : measured.filter(({ format }) => format === only);
}

/** Options that make another disk, or one that stands on others: what that takes is not measured. */
const otherDisks = ["size", "backing_file", "backing_fmt"];

/**
 * The options of one row, checked as `create` does.
 * @param list As -o takes it.
 * @throws CommandError
 */
export function readRowOptions(format: FormatId, list: string): OptionValues {
  const chosen = readCreateOptions(format, list);
  const other = otherDisks.find((name) => chosen.has(name));
  if (other !== undefined)
    throw new CommandError(`--all cannot be used together with the option '${other}'.`);
  checkOptions(format, chosen);
  return engineValues(format, chosen);
}

/** What the image would take with these options, as convert writes it; all of its data is read. */
export function measureRow(
  argument: ImageArgument,
  format: FormatId,
  options: OptionValues,
): MeasuredVariant {
  const measured = measureTarget(openRequest(argument), { format, options }, createControl());
  const { fileLength, allocated, fullyAllocated, estimated } = measured;
  const sizes = { fileLength, allocated, fullyAllocated, ...(estimated && { estimated }) };
  return { ...kindOf(format, options), format, options, ...sizes };
}

/** The variant of a format that the options make, whatever they set besides. */
function kindOf(format: FormatId, options: OptionValues) {
  const { label, variants = [], furtherVariants = [] } = formatById(format);
  const [nearest] = [...variants, ...furtherVariants]
    .filter(
      (variant) =>
        variant.compress !== true &&
        Object.entries(variant.options).every(([name, value]) => options[name] === value),
    )
    .toSorted((one, other) => choices(other.options) - choices(one.options));
  if (nearest === undefined) throw new Error(`${format} has no variant without options`);
  return { label, variant: nearest.name, provisioning: nearest.provisioning };
}

const choices = (options: OptionValues): number => Object.keys(options).length;

/** Prints rows as a list of JSON, or as a table for people. */
export function printRows(measured: readonly MeasuredVariant[], json: boolean): void {
  if (json) print(`${formatJson(measured.map(jsonRow))}\n`);
  else printTable(measured);
}

function jsonRow({
  format,
  variant,
  provisioning,
  options,
  compress = false,
  estimated,
  ...sizes
}: MeasuredVariant) {
  return {
    format,
    variant,
    provisioning,
    options,
    ...(compress && { compress }),
    "file-length": sizes.fileLength,
    allocated: sizes.allocated,
    "fully-allocated": sizes.fullyAllocated,
    ...(estimated && { estimated }),
  };
}

/** By how much an estimate may be off, for people, e.g. "± 1.3 %". */
export function errorText({ error }: { readonly error: number }): string {
  return `± ${Number((100 * error).toPrecision(2))} %`;
}

/** The three sizes of a row; what stands for more than was read has a "~" before it. */
function sizeCells({ fileLength, allocated, fullyAllocated, estimated }: MeasuredSize): string[] {
  if (!estimated) return [fileLength, allocated, fullyAllocated].map(humanSize);
  // Of an image that no guest can write to.
  const full = `${fullyAllocated === fileLength ? "~" : ""}${humanSize(fullyAllocated)}`;
  return [`~${humanSize(fileLength)}`, `~${humanSize(allocated)} ${errorText(estimated)}`, full];
}

function printTable(measured: readonly MeasuredVariant[]): void {
  const head = ["Format", "Variant", "Provisioning", "File length", "Allocated", "Fully allocated"];
  const rows = measured.map((row) => [
    row.format,
    row.variant,
    row.provisioning,
    ...sizeCells(row),
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [head, ...rows])
    print(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
}
