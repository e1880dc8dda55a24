import type { Inside } from "../../../../shared/model/inside";
import type { PreflightFinding, TargetChoice } from "../../../../shared/model/preflight";
import type { ImageReport } from "../../../../shared/model/report";

/** Binary units, in bytes. */
export const MiB = 2 ** 20;
export const GiB = 2 ** 30;
export const TiB = 2 ** 40;

/** The file system that a target goes to; what the host does not tell is absent. */
export interface TargetPlace {
  /** Bytes. */
  readonly free?: number;
  /** Bytes of the longest file that it takes. */
  readonly largestFile?: number;
  /** Whether zeros that are not written take no space. */
  readonly holes?: boolean;
  /** Its name for people, "FAT". */
  readonly fileSystem?: string;
}

/** All that the checks are told; nothing is looked up. */
export interface PreflightFacts {
  readonly source: ImageReport;
  readonly target: TargetChoice;
  /** Base name of the target file, when it is known. */
  readonly fileName?: string;
  readonly place?: TargetPlace;
  /** The device that a plain disk is to be written to, when it is known; bytes. */
  readonly device?: { readonly size: number; readonly sectorSize: number };
}

/** One purpose's rules: pure functions of the facts. */
export interface PurposeRules {
  /** What the purpose takes best. @param source The image to convert. */
  recommended(source: ImageReport): TargetChoice;
  findings(facts: PreflightFacts): PreflightFinding[];
}

/** The size of the new disk in bytes. */
export function diskSize({ source, target }: Pick<PreflightFacts, "source" | "target">): number {
  return target.size ?? virtualSize(source);
}

/** What the guest of an image sees, in bytes. */
export function virtualSize({ layers }: ImageReport): number {
  return layers[0]?.virtualSize ?? 0;
}

/** The next multiple of `unit` bytes, or undefined when the size is one already. */
export function grownTo(size: number, unit: number): number | undefined {
  const whole = Math.max(1, Math.ceil(size / unit)) * unit;
  return whole === size ? undefined : whole;
}

/** Whether the file is as long as its disk, however little is on that. */
export function isFixed({ format, options }: TargetChoice): boolean {
  const subformat = String(options["subformat"] ?? "");
  return format === "raw" || options["static"] === true || /^fixed$|Flat$/.test(subformat);
}

/** Kinds of what the partitions, or the disk as a whole, hold. */
export function contentKinds(inside: Inside | undefined): ReadonlySet<string> {
  const contents = [inside?.whole, ...(inside?.partitions ?? []).map(({ content }) => content)];
  return new Set(contents.flatMap((content) => (content ? [content.kind] : [])));
}

/** The refusal of every format that is not among `taken`; the first of them is the mend. */
export function formatNotTaken(
  { target }: PreflightFacts,
  taken: readonly TargetChoice["format"][],
  best: TargetChoice,
): PreflightFinding[] {
  if (taken.includes(target.format)) return [];
  const { format, options } = best;
  return [
    {
      id: "format-not-taken",
      level: "stop",
      values: { format: target.format, wanted: taken.join(", ") },
      mend: { format, options },
    },
  ];
}
