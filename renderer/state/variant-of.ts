import type { OptionSpec, OptionValues } from "../../shared/model/format";
import type { ConvertRequest } from "../../shared/model/job";
import type { MeasuredVariant } from "../../shared/model/measure";

/** The variant that is what was chosen, defaults filled in; undefined when it was not measured. */
export function variantOf(
  variants: readonly MeasuredVariant[],
  { format, options, compress }: Pick<ConvertRequest, "format" | "options" | "compress">,
  specs: readonly OptionSpec[],
): MeasuredVariant | undefined {
  return variants.find(
    (variant) =>
      variant.format === format &&
      (variant.compress ?? false) === compress &&
      specs.every((spec) => chosen(spec, variant.options) === chosen(spec, options)),
  );
}

function chosen({ name, default: otherwise }: OptionSpec, options: OptionValues) {
  return options[name] ?? otherwise;
}
