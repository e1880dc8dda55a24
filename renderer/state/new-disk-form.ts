import type { CallInput, CallOutput } from "../../shared/ipc/contract";
import type { FormatId, FormatModel, OptionSpec, OptionValues } from "../../shared/model/format";
import type { CreateRequest } from "../../shared/model/job";
import type { Failure } from "../../shared/model/report";
import { isAbsolute } from "../api/paths";
import type { ImageView } from "./images";
import { withoutClosed } from "./open-options";
import { spaceChoices, type SpaceChoice } from "./space-choices";

const SECTOR = 512;

/** What is asked for. */
export interface NewDiskForm {
  /** Those that can be written. */
  readonly formats: readonly FormatModel[];
  readonly format: FormatId | undefined;
  /** Bytes; undefined while what is typed is no size. */
  readonly size: number | undefined;
  readonly options: OptionValues;
  /** Whether it stands on another image, and on which; empty until that is chosen. */
  readonly base: string | undefined;
  readonly target: string;
  /** Whether the target is the user's own choice, and no suggestion. */
  readonly named: boolean;
  readonly check: CallOutput<"create.checkTarget"> | undefined;
  readonly replace: boolean;
  readonly starting: boolean;
  readonly failure: Failure | undefined;
}

export const emptyForm: NewDiskForm = {
  formats: [],
  format: undefined,
  size: 20 * 2 ** 30,
  options: {},
  base: undefined,
  target: "",
  named: false,
  check: undefined,
  replace: false,
  starting: false,
  failure: undefined,
};

/** What the form asks for; undefined while something is missing. */
export function newDiskRequest(form: NewDiskForm): CreateRequest | undefined {
  const { format, size, options, base, target, replace } = form;
  if (format === undefined || size === undefined || base === "" || !isAbsolute(target))
    return undefined;
  return {
    target,
    format,
    size: Math.ceil(size / SECTOR) * SECTOR,
    options,
    replace,
    ...(base !== undefined && { base }),
  };
}

/** What can be chosen for a disk of the form's format. */
export function specsOf({ formats, format }: NewDiskForm): readonly OptionSpec[] {
  return formats.find(({ id }) => id === format)?.options ?? [];
}

/** The ways to give this disk its space. */
export function offeredSpaces(form: NewDiskForm): SpaceChoice[] {
  return spaceChoices(specsOf(form));
}

/** The options without those that say how the disk gets its space. */
export function withoutSpace(form: NewDiskForm): OptionValues {
  const names = new Set(offeredSpaces(form).flatMap(({ options }) => Object.keys(options)));
  return Object.fromEntries(Object.entries(form.options).filter(([name]) => !names.has(name)));
}

/** What is to be measured: the form as it is first, then each way to give it its space. */
export function measureQuestion(form: NewDiskForm): CallInput<"create.measure"> | undefined {
  const request = newDiskRequest(form);
  if (request === undefined) return undefined;
  const { target, format, size, options, base } = request;
  return {
    target,
    format,
    size,
    ...(base !== undefined && { base }),
    options: [
      options,
      ...offeredSpaces(form).map((choice) =>
        withoutClosed(specsOf(form), { ...options, ...choice.options }),
      ),
    ],
  };
}

/** Why a new disk cannot be made yet; undefined when it can. */
export type NewDiskObstacle =
  "waiting" | "size" | "base" | "relative" | "is-source" | "no-folder" | "exists";

/** @param base What is known of the base; undefined without one. */
export function newDiskObstacle(
  form: NewDiskForm,
  base: ImageView | undefined,
): NewDiskObstacle | undefined {
  if (form.format === undefined || form.starting) return "waiting";
  if (form.size === undefined) return "size";
  if (form.base !== undefined && !isWhole(base)) return "base";
  const { target, check, replace } = form;
  if (target === "") return "waiting";
  if (!isAbsolute(target)) return "relative";
  if (check === undefined) return "waiting";
  if (check.isSource) return "is-source";
  if (!check.folderExists) return "no-folder";
  return check.exists && !replace ? "exists" : undefined;
}

/** Whether an image can be a base: its chain is complete, and it is wrapped in nothing. */
export function isWhole(view: ImageView | undefined): boolean {
  if (view?.state !== "ready" || view.report.broken !== undefined) return false;
  return view.report.layers[0]?.facts.wrapping === undefined;
}
