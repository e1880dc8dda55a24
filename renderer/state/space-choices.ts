import type { OptionSpec, OptionValues } from "../../shared/model/format";

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
      return space === undefined ? [] : [{ space, options: { [spec.name]: value } }];
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

function valuesOf(spec: OptionSpec): (string | boolean)[] {
  if (spec.kind === "choice") return spec.choices;
  return spec.kind === "switch" ? [false, true] : [];
}
