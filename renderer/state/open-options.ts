import type { OptionSpec, OptionValues } from "../../shared/model/format";

/** Whether an option can be anything but its default, with what is chosen besides. */
export function isOpen(
  spec: OptionSpec,
  specs: readonly OptionSpec[],
  values: OptionValues,
): boolean {
  if (spec.kind !== "choice" || spec.onlyWith === undefined) return true;
  const { option, values: some } = spec.onlyWith;
  const value = values[option] ?? specs.find(({ name }) => name === option)?.default;
  return some.some((each) => each === value);
}

/** What was chosen, without the options that another choice has closed. */
export function withoutClosed(specs: readonly OptionSpec[], values: OptionValues): OptionValues {
  const closed = new Set(specs.flatMap((spec) => (isOpen(spec, specs, values) ? [] : spec.name)));
  return Object.fromEntries(Object.entries(values).filter(([name]) => !closed.has(name)));
}
