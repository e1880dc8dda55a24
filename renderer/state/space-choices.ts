import type { OptionSpec, OptionValues } from "../../shared/model/format";
import { isOpen } from "./open-options";

/**
 * How a new disk gets its space: as it is written; with its tables made for all of it; in a file of its
 * full length whose space comes as it is written; all reserved, zeroed on first write; or all of it
 * reserved and zeroed now.
 */
export type Space = "thin" | "metadata" | "fixed" | "lazy" | "eager";

/** One way in which a format can give a disk its space, and the options that ask for it. */
export interface SpaceChoice {
  readonly space: Space;
  readonly options: OptionValues;
}

/** By option and value: what it makes of the space. Values that are not here are no matter of space alone. */
const meanings: Readonly<Record<string, Readonly<Record<string, Space>>>> = {
  preallocation: { off: "thin", metadata: "metadata", falloc: "lazy", full: "eager" },
  static: { false: "thin", true: "fixed" },
  subformat: {
    dynamic: "thin",
    fixed: "fixed",
    monolithicSparse: "thin",
    monolithicFlat: "fixed",
  },
};

/** The ways that a format has, from thin to thick. */
export function spaceChoices(specs: readonly OptionSpec[]): SpaceChoice[] {
  return specs.flatMap((spec) => {
    const spaces = meanings[spec.name];
    if (spaces === undefined) return [];
    return valuesOf(spec).flatMap((value) => {
      const space = spaces[String(value)];
      // Its default is the other option's own choice.
      const isSaid =
        spec.kind === "choice" && spec.onlyWith !== undefined && value === spec.default;
      if (space === undefined || isSaid) return [];
      return [{ space, options: { ...whatOpens(spec), ...opened(specs, spec, value) } }];
    });
  });
}

/** Whether an option is nothing but a choice of space, all of it. */
export function isSpaceOption(spec: OptionSpec): boolean {
  const spaces = meanings[spec.name];
  return spaces !== undefined && valuesOf(spec).every((value) => String(value) in spaces);
}

/** The way that the options come to; undefined when it is another, such as a split or packed file. */
export function chosenSpace(
  specs: readonly OptionSpec[],
  options: OptionValues,
): SpaceChoice | undefined {
  const valueOf = (name: string) =>
    options[name] ?? specs.find((spec) => spec.name === name)?.default;
  return spaceChoices(specs).find((choice) =>
    Object.entries(choice.options).every(([name, value]) => valueOf(name) === value),
  );
}

/** The first choice with which an option can be anything but its default; nothing where it always can. */
function whatOpens(spec: OptionSpec): OptionValues {
  if (spec.kind !== "choice" || spec.onlyWith === undefined) return {};
  const [value = ""] = spec.onlyWith.values;
  return { [spec.onlyWith.option]: value };
}

/** The choice, and the defaults of the options that it opens. */
function opened(
  specs: readonly OptionSpec[],
  { name }: OptionSpec,
  value: string | boolean,
): OptionValues {
  const options = { [name]: value };
  const others = specs.filter(
    (spec) =>
      spec.kind === "choice" && spec.onlyWith?.option === name && isOpen(spec, specs, options),
  );
  return { ...options, ...Object.fromEntries(others.map((spec) => [spec.name, spec.default])) };
}

function valuesOf(spec: OptionSpec): (string | boolean)[] {
  if (spec.kind === "choice") return spec.choices;
  return spec.kind === "switch" ? [false, true] : [];
}
