import type { TFunction } from "i18next";
import type { FactDetail } from "../../shared/model/facts";
import { formatBytes, formatCount, formatDate, formatOffset, formatRoundSize } from "./format";

type Values = NonNullable<FactDetail["values"]>;
/** Whatever the text names, but no `count`: none of these texts has plural forms. */
type Shown = Readonly<{ offset?: string; size?: string }>;

/** The fact's name; a field of a specification keeps the spelling that it has there. */
export function detailName({ id, name, values }: FactDetail, t: TFunction): string {
  return id === undefined ? name : t(`facts.name.${id}`, shownValues(values));
}

/** What the fact says. */
export function detailText({ value, unit, words, values }: FactDetail, t: TFunction): string {
  if (words !== undefined) return t(`facts.words.${words}`, shownValues(values));
  if (typeof value === "boolean") return t(value ? "overview.facts.yes" : "overview.facts.no");
  if (typeof value === "number") return unit === "bytes" ? sizeText(value) : formatCount(value);
  return unit === "time" ? formatDate(Date.parse(value) / 1000) : value;
}

/** What a text of the engine names, as people read it: `offset` and `size` are bytes. */
export function shownValues(values: Values = {}): Shown {
  const shown = Object.entries(values).map(([name, value]): [string, string] => {
    if (typeof value === "string") return [name, value];
    if (name === "offset") return [name, formatOffset(value)];
    return [name, name === "size" ? sizeText(value) : formatCount(value)];
  });
  return Object.fromEntries(shown);
}

/** Small sizes to the byte: headers and sectors are no round KiB. */
function sizeText(bytes: number): string {
  return bytes < 65_536 ? formatBytes(bytes) : `${formatRoundSize(bytes)} (${formatBytes(bytes)})`;
}
