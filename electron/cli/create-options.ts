import { formatById } from "../engine";
import type { FormatId, OptionValues } from "../../shared/model/format";
import { CommandError } from "./errors";
import { knownOption, knownOptions, type OptionKind } from "./known-options";
import { parseSize } from "./sizes";

/** A value as it was given and as it was understood. */
interface Given {
  readonly text: string;
  readonly value: string | bigint | boolean;
}

/** The -o options of one command line, read. */
export type CreateOptions = Map<string, Given>;

/** Whether a list of options holds the word that asks for the list of options. */
export function asksForHelp(list: string): boolean {
  return splitList(list).some((each) => each === "help" || each === "?");
}

/** @throws CommandError for a list that begins or ends with a comma, or is empty. */
export function checkList(list: string): void {
  const commas = /,*$/.exec(list)?.[0].length ?? 0;
  if (list === "" || list.startsWith(",") || commas % 2 === 1)
    throw new CommandError(`Invalid option list: ${list}`);
}

/**
 * Reads `name=value,…`; a comma in a value is written twice, `name` alone is on and `noname` is off.
 * @throws CommandError in qemu-img's words for a name or value that the format does not have.
 */
export function readCreateOptions(format: FormatId, list: string): CreateOptions {
  const options: CreateOptions = new Map();
  for (const each of list === "" ? [] : splitList(list)) {
    const equals = each.indexOf("=");
    if (equals >= 0) setOption(options, format, each.slice(0, equals), each.slice(equals + 1));
    else if (each.startsWith("no")) setOption(options, format, each.slice(2), "off");
    else setOption(options, format, each, "on");
  }
  return options;
}

/** Sets one option as if it had been given. @throws CommandError as `readCreateOptions`. */
export function setOption(
  options: CreateOptions,
  format: FormatId,
  name: string,
  text: string,
): void {
  const option = knownOption(format, name);
  if (option === undefined) throw new CommandError(`Invalid parameter '${name}'`);
  options.set(name, { text, value: readValue(name, option.kind, text) });
}

/** What stands behind "Formatting 'file', " in qemu-img's first line. */
export function describeOptions(format: FormatId, options: CreateOptions): string {
  const shown = knownOptions(format).flatMap(([name, { shown: otherwise }]) => {
    const given = options.get(name);
    if (given === undefined) return otherwise === undefined ? [] : [`${name}=${otherwise}`];
    const { value, text } = given;
    const printed = typeof value === "bigint" ? BigInt.asIntN(64, value) : text;
    return [`${name}=${String(printed).replaceAll(",", ",,")}`];
  });
  return [`fmt=${format}`, ...shown].join(" ");
}

/** Options that a new image gets in other ways than by its format's own. */
const backingOptions = new Set(["backing_file", "backing_fmt"]);

/**
 * The values for the engine.
 * @throws CommandError for an option of qemu-img's that Lamina does not have; none is passed over.
 */
export function engineValues(format: FormatId, options: CreateOptions): OptionValues {
  const { options: own, backing, linksToParent } = formatById(format);
  const specs = new Map(own.map((spec) => [spec.name, spec]));
  const values: OptionValues = {};
  for (const [name, { value, text }] of options) {
    if (name === "size" || ((backing || linksToParent) && backingOptions.has(name))) continue;
    const asked = typeof value === "boolean" ? (value ? "on" : "off") : String(value);
    if (asked === knownOption(format, name)?.harmless) continue;
    const spec = specs.get(name);
    const lacks =
      spec?.kind === "choice" && name !== "compat" && !spec.choices.includes(String(value));
    if (spec === undefined || lacks)
      throw new CommandError(`Option '${name}=${text}' is not supported by this version`);
    if (spec.kind === "switch") values[name] = value === true;
    else values[name] = spec.kind === "size" ? Number(value) : compatName(String(value));
  }
  return values;
}

/** qemu-img takes v2 and v3 for compat 0.10 and 1.1. */
function compatName(value: string): string {
  return value === "v2" ? "0.10" : value === "v3" ? "1.1" : value;
}

/** Parts between single commas, each with its double commas made single. */
export function splitList(list: string): string[] {
  return (list.match(/(?:[^,]|,,)+/g) ?? []).map((each) => each.replaceAll(",,", ","));
}

function readValue(name: string, kind: OptionKind, text: string): string | bigint | boolean {
  if (kind === "text") return text;
  if (kind === "switch") {
    if (["on", "yes", "true", "y"].includes(text)) return true;
    if (["off", "no", "false", "n"].includes(text)) return false;
    throw new CommandError(`Parameter '${name}' expects 'on' or 'off'`);
  }
  if (kind === "size") {
    const parsed = parseSize(text);
    if ("bytes" in parsed) return parsed.bytes;
    if (parsed.fault === "range")
      throw new CommandError(`Value '${text}' is out of range for parameter '${name}'`);
    throw new CommandError(
      `Parameter '${name}' expects a non-negative number below 2^64\n` +
        "Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\n" +
        "and exabytes, respectively.",
    );
  }
  const number = /^\s*([+-]?)(0x[\da-f]+|\d+)$/i.exec(text);
  if (!number) throw new CommandError(`Parameter '${name}' expects a number`);
  const value = BigInt(number[2] ?? "") * (number[1] === "-" ? -1n : 1n);
  if (value >= 2n ** 64n || value <= -(2n ** 64n))
    throw new CommandError(`Value '${text}' is too large for parameter '${name}'`);
  return value;
}
