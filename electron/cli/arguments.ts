import { UsageError } from "./errors";

/** The options that a command knows. */
export interface OptionTable {
  /** Short options that take no value, as letters. */
  readonly flags: string;
  /** Short options that take a value, as letters. */
  readonly valued: string;
  /** Long options by name: the short option that each stands for, or a name of its own. */
  readonly long: Readonly<Record<string, { readonly as: string; readonly valued?: true }>>;
}

/**
 * Walks over `args` as getopt_long does: options and operands in any order, short options bundled,
 * values attached or following, long names abbreviated, `--` ending the options.
 * @param command The word before the arguments: it is named when the fault lies in a bundle.
 * @param onOption Called for every option as it is met, so that `-h` wins over what is wrong behind it.
 * @param operandsEnd True to stop at the first operand (the program's own options).
 * @returns The operands, in order.
 * @throws UsageError for an unknown option or a missing value.
 */
export function readArguments(
  command: string,
  args: readonly string[],
  table: OptionTable,
  onOption: (option: string, value: string) => void,
  operandsEnd = false,
): string[] {
  const words = [command, ...args];
  // As getopt: operands passed over lie in [first, last) and move behind the options that follow.
  let first = 1;
  let last = 1;
  let next = 1;

  const nextWord = (): string => words[next] ?? "";
  const unknown = (): never => {
    throw new UsageError(`unrecognized option '${words[next - 1] ?? ""}'`);
  };
  const takeValue = (): string => {
    if (next >= words.length)
      throw new UsageError(`missing argument for option '${words[next - 1] ?? ""}'`);
    return words[next++] ?? "";
  };

  function readLong(word: string): void {
    next += 1;
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    const option = findLong(table, name);
    if (option === undefined || (equals >= 0 && !option.valued)) return unknown();
    const value = equals >= 0 ? word.slice(equals + 1) : option.valued ? takeValue() : "";
    onOption(option.as, value);
  }

  function readBundle(letters: string): void {
    for (let at = 0; at < letters.length; at += 1) {
      const letter = letters.charAt(at);
      const rest = letters.slice(at + 1);
      if (rest === "") next += 1;
      if (table.valued.includes(letter)) {
        if (rest !== "") next += 1;
        onOption(letter, rest === "" ? takeValue() : rest);
        return;
      }
      if (!table.flags.includes(letter)) return unknown();
      onOption(letter, "");
    }
  }

  for (;;) {
    if (first !== last && last !== next) {
      // What was passed over goes behind the options read since.
      const passed = words.splice(first, last - first);
      words.splice(next - passed.length, 0, ...passed);
      first += next - last;
      last = next;
    } else if (last !== next) {
      first = next;
      last = next;
    }
    while (!operandsEnd && next < words.length && !isOption(nextWord())) next += 1;
    last = next;
    if (next >= words.length || !isOption(nextWord())) return words.slice(first);
    const word = nextWord();
    if (word === "--") {
      next += 1;
      return [...words.slice(first, last), ...words.slice(next)];
    }
    if (word.startsWith("--")) readLong(word.slice(2));
    else readBundle(word.slice(1));
  }
}

/** A lone "-" is an operand. */
function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith("-");
}

/** The option of that name, or the only one that begins with it. */
function findLong(table: OptionTable, name: string): OptionTable["long"][string] | undefined {
  if (Object.hasOwn(table.long, name)) return table.long[name];
  const matches = Object.entries(table.long).filter(([long]) => long.startsWith(name));
  return matches.length === 1 ? matches[0]?.[1] : undefined;
}
