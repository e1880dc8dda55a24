import type { CheckResult } from "../../shared/model/check";
import { checkImage, repairImage } from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { changing, imageToChange } from "./change";
import { findingLines } from "./check-lines";
import { CommandError, UsageError } from "./errors";
import { HelpWanted } from "./help";
import { formatJson, type Json } from "./json";
import { isCacheMode, readOutputKind } from "./option-values";
import { print, printError, printNotice } from "./output";
import { createSourceOptions } from "./source-options";

const options: OptionTable = {
  flags: "hqU",
  valued: "frT",
  long: {
    help: { as: "h" },
    format: { as: "f", valued: true },
    repair: { as: "r", valued: true },
    output: { as: "output", valued: true },
    object: { as: "--object", valued: true },
    "image-opts": { as: "--image-opts" },
    "force-share": { as: "U" },
    trust: { as: "trust" },
  },
};

/** Exit codes beside 0. */
const incomplete = 1;
const corrupt = 2;
const leaking = 3;
const noCheck = 63;

type RepairMode = "leaks" | "all";

/** What was mended, if anything. */
interface Fixed {
  readonly corruptions: number;
  readonly leaks: number;
}

/** `check`: whether an image's tables are sound, and their repair. Returns the exit code. */
export function check(args: readonly string[]): number {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  let repair: RepairMode | undefined;
  const source = createSourceOptions();
  const [name, ...more] = readArguments("check", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "r") repair = readRepairMode(value);
    else if (options.valued.includes(option) || option === "output") values.set(option, value);
    else if (!source.take(option, value)) flags.add(option);
  });
  if (name === undefined || more.length > 0) throw new UsageError("Expecting one image file name");
  const json = readOutputKind(values.get("output") ?? "human") === "json";
  const cache = values.get("T") ?? "writeback";
  if (!isCacheMode(cache)) throw new CommandError(`Invalid source cache option: ${cache}`);
  const quiet = flags.has("q");

  const argument = source.image(name, values.get("f"));
  const readOnly = repair === undefined;
  const image = imageToChange(argument, { readOnly, shared: flags.has("U") });
  if (!checked.has(image.format)) throw noChecks(image.format);

  const { before, after, mended } = changing(
    "Check failed: ",
    () => {
      if (repair !== undefined) return repairImage(image.path, repair);
      const result = checkImage(image.path);
      return { before: result, after: result, mended: 0 };
    },
    incomplete,
  );
  // For qemu-img a log that it has replayed is one damage that it has mended.
  const replayed = hasLog(before) && !hasLog(after) ? 1 : 0;
  tellFindings(replayed > 0 ? withoutLog(before) : before, after);
  const fixed = {
    corruptions: (mended ?? Math.max(0, before.corruptions - after.corruptions)) + replayed,
    leaks: Math.max(0, before.leaks - after.leaks),
  };
  const again = fixed.corruptions > 0 || fixed.leaks > 0;
  if (again && !json && !quiet) print(repaired(fixed));
  if (again) tellFindings(after);
  // Of the others' clusters qemu-img tells nothing.
  const told = image.format === "qcow2" ? after : { ...after, ...untold };
  if (json && !quiet) print(`${formatJson(jsonCheck(told, fixed, name, image.format))}\n`);
  if (!json && !quiet) print(humanCheck(told));
  return exitCodeOf(after);
}

const isLog = ({ id }: CheckResult["findings"][number]): boolean => id === "log-not-replayed";
const hasLog = ({ findings }: CheckResult): boolean => findings.some(isLog);
const withoutLog = (result: CheckResult): CheckResult => ({
  ...result,
  findings: result.findings.filter((finding) => !isLog(finding)),
});

function readRepairMode(value: string): RepairMode {
  if (value === "leaks" || value === "all") return value;
  throw new UsageError(`Unknown option value for -r (expecting 'leaks' or 'all'): ${value}`);
}

/** Formats whose tables Lamina checks; qemu-img has no check of a VHD. */
const checked = new Set(["qcow2", "vdi", "vhdx", "vmdk", "vpc"]);

const untold = {
  totalClusters: 0,
  allocatedClusters: 0,
  fragmentedClusters: 0,
  compressedClusters: 0,
  imageEndOffset: 0,
} as const;

function noChecks(format: string): CommandError {
  return new CommandError(
    format === "parallels"
      ? `Checking images in format '${format}' is not supported by this version`
      : "This image format does not support checks",
    noCheck,
  );
}

function exitCodeOf({ checkErrors, corruptions, leaks }: CheckResult): number {
  if (checkErrors > 0) {
    printError("Check failed");
    return incomplete;
  }
  return corruptions > 0 ? corrupt : leaks > 0 ? leaking : 0;
}

/** Every finding is a line on stderr. */
function tellFindings(before: CheckResult, after?: CheckResult): void {
  const lines = findingLines(before, after);
  if (lines.length > 0) printNotice(`${lines.join("\n")}\n`);
}

function repaired({ leaks, corruptions }: Fixed): string {
  return (
    "The following inconsistencies were found and repaired:\n\n" +
    `    ${leaks} leaked clusters\n    ${corruptions} corruptions\n\n` +
    "Double checking the fixed image now...\n"
  );
}

function humanCheck(result: CheckResult): string {
  const { checkErrors, corruptions, leaks } = result;
  const parts: string[] = [];
  if (checkErrors + corruptions + leaks === 0) parts.push("No errors were found on the image.\n");
  if (corruptions > 0)
    parts.push(
      `\n${corruptions} errors were found on the image.\n` +
        "Data may be corrupted, or further writes to the image may corrupt it.\n",
    );
  if (leaks > 0)
    parts.push(
      `\n${leaks} leaked clusters were found on the image.\n` +
        "This means waste of disk space, but no harm to data.\n",
    );
  if (checkErrors > 0)
    parts.push(`\n${checkErrors} internal errors have occurred during the check.\n`);
  const { totalClusters, allocatedClusters: allocated, imageEndOffset } = result;
  const share = (part: number, whole: number): string => `${((part * 100) / whole).toFixed(2)}%`;
  if (totalClusters > 0 && allocated > 0)
    parts.push(
      `${allocated}/${totalClusters} = ${share(allocated, totalClusters)} allocated, ` +
        `${share(result.fragmentedClusters, allocated)} fragmented, ` +
        `${share(result.compressedClusters, allocated)} compressed clusters\n`,
    );
  if (imageEndOffset > 0) parts.push(`Image end offset: ${imageEndOffset}\n`);
  return parts.join("");
}

/** The members in qemu-img 7.2's order; counts of 0 are left out, save one. */
function jsonCheck(result: CheckResult, fixed: Fixed, filename: string, format: string): Json {
  const some = (count: number): number | undefined => (count > 0 ? count : undefined);
  return {
    "image-end-offset": some(result.imageEndOffset),
    "compressed-clusters": some(result.compressedClusters),
    "total-clusters": some(result.totalClusters),
    corruptions: some(result.corruptions),
    "corruptions-fixed": some(fixed.corruptions),
    "check-errors": result.checkErrors,
    leaks: some(result.leaks),
    "leaks-fixed": some(fixed.leaks),
    "allocated-clusters": some(result.allocatedClusters),
    filename,
    format,
    "fragmented-clusters": some(result.fragmentedClusters),
  };
}
