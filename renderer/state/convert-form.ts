import type { CallOutput } from "../../shared/ipc/contract";
import type { FormatId, FormatModel, OptionValues } from "../../shared/model/format";
import type { ConvertRequest } from "../../shared/model/job";
import type { Purpose } from "../../shared/model/preflight";
import type { Failure } from "../../shared/model/report";
import { isAbsolute } from "../api/paths";
import type { ImageView } from "./images";

/** What stands at the target, and what it would lie on. */
export type TargetCheck = CallOutput<"convert.checkTarget">;

/** What is chosen by itself, beside the format and its place. */
export interface ConvertChoices {
  /** Only for a format that compresses. */
  readonly compress: boolean;
  /** The internal snapshot to read, by its place in the table; the disk as it is when absent. */
  readonly snapshot: number | undefined;
  /** Only for a format that names a backing file. */
  readonly keepBacking: boolean;
  readonly keepZeros: boolean;
  readonly salvage: boolean;
  readonly verify: boolean;
  /** The user's yes to replacing what is at the target. */
  readonly replace: boolean;
}

/** The form of the convert dialog. Several sources take the same options and land beside themselves. */
export interface ConvertForm extends ConvertChoices {
  /** Empty while the dialog is closed. */
  readonly sources: readonly string[];
  /** The formats that can be written. */
  readonly formats: readonly FormatModel[];
  readonly purpose: Purpose;
  readonly format: FormatId | undefined;
  /** What was chosen; an option that is not here takes its default. */
  readonly options: OptionValues;
  /** Bytes to grow a disk to, by source; its own size when absent. */
  readonly sizes: Readonly<Record<string, number>>;
  /** By source. */
  readonly targets: Readonly<Record<string, string>>;
  /** What stands in the way of the one target; absent while it is looked at, or for several. */
  readonly check: TargetCheck | undefined;
  readonly starting: boolean;
  readonly failure: Failure | undefined;
}

export const closedForm: ConvertForm = {
  sources: [],
  formats: [],
  purpose: "other",
  format: undefined,
  options: {},
  sizes: {},
  compress: false,
  snapshot: undefined,
  keepBacking: false,
  keepZeros: false,
  salvage: false,
  verify: true,
  targets: {},
  check: undefined,
  replace: false,
  starting: false,
  failure: undefined,
};

/** What the main process is asked for; undefined until format and place are known. */
export function requestOf(form: ConvertForm, source: string): ConvertRequest | undefined {
  const { format, options, compress, replace, verify, snapshot } = form;
  const target = form.targets[source];
  const size = form.sizes[source];
  if (format === undefined || target === undefined || target === "") return undefined;
  return {
    source,
    target,
    format,
    options,
    compress,
    replace,
    verify,
    ...(snapshot !== undefined && { snapshot }),
    ...(size !== undefined && { size }),
    ...(form.keepBacking && { keepBacking: true }),
    ...(form.keepZeros && { keepZeros: true }),
    ...(form.salvage && { salvage: true }),
  };
}

/** What can be done about the source's data: all of it read, what is left of it salvaged, nothing. */
export function readability(view: ImageView | undefined): "whole" | "damaged" | "not" {
  if (view?.state !== "ready" || view.report.broken !== undefined) return "not";
  const { unreadable } = view.report;
  if (unreadable === undefined) return "whole";
  return unreadable.code === "passphrase" ? "not" : "damaged";
}

/** Why the form cannot be started yet; absent when it can. */
export type Obstacle = "waiting" | "relative" | "is-source" | "no-folder" | "exists" | "source";

/** Looks at the form as it stands; `readable` tells whether every source could be looked into. */
export function obstacle(form: ConvertForm, readable: boolean): Obstacle | undefined {
  if (!readable) return "source";
  if (form.format === undefined || form.starting) return "waiting";
  const [source] = form.sources;
  if (source === undefined) return "waiting";
  if (form.sources.length > 1)
    return form.sources.every((one) => form.targets[one]) ? undefined : "waiting";
  const target = form.targets[source];
  if (target === undefined) return "waiting";
  if (!isAbsolute(target)) return "relative";
  if (form.check === undefined) return "waiting";
  if (form.check.isSource) return "is-source";
  if (!form.check.folderExists) return "no-folder";
  if (form.check.exists && !form.replace) return "exists";
  return undefined;
}
