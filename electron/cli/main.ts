import { amend } from "./amend";
import { readArguments, type OptionTable } from "./arguments";
import { bench } from "./bench";
import { bitmap } from "./bitmap";
import { check } from "./check";
import { commit } from "./commit";
import { compare } from "./compare";
import { convert } from "./convert";
import type { StartCopier } from "./copier-thread";
import { create } from "./create";
import { dd } from "./dd";
import { CommandError, programName, UsageError } from "./errors";
import { HelpWanted, printHelp, printVersion } from "./help";
import { info } from "./info";
import { map } from "./map";
import { measure } from "./measure";
import { ClosedPipe, flushOutput, printError } from "./output";
import { rebase } from "./rebase";
import { resize } from "./resize";
import { snapshot } from "./snapshot";

// For a copier thread, which loads this program only then.
export { copierExtras } from "../engine";

/** Takes the arguments behind its name and what starts copiers; gives the exit code. */
type Command = (args: readonly string[], startCopier: StartCopier) => number | Promise<number>;

/** Every command by its name. */
const commands: Readonly<Record<string, Command>> = {
  amend,
  bench,
  bitmap,
  check,
  commit,
  compare,
  convert,
  create,
  dd,
  info,
  map,
  measure,
  rebase,
  resize,
  snapshot,
};

const options: OptionTable = {
  flags: "hV",
  valued: "T",
  long: { help: { as: "h" }, version: { as: "V" }, trace: { as: "T", valued: true } },
};

/** Exit code of a program whose reader has gone, as a shell shows one killed by SIGPIPE. */
const pipeClosed = 141;

class VersionWanted extends Error {}

async function run(args: readonly string[], startCopier: StartCopier): Promise<number> {
  if (args.length === 0) throw new UsageError("Not enough arguments");
  const onOption = (option: string): void => {
    if (option === "h") throw new HelpWanted();
    if (option === "V") throw new VersionWanted();
    throw new CommandError("tracing (-T) is not supported by this version");
  };
  const [name, ...rest] = readArguments(programName(), args, options, onOption, true);
  if (name === undefined) return 0;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined) return await command(rest, startCopier);
  throw new UsageError(`Command not found: ${name}`);
}

/** Runs the command line; whatever ends it becomes an exit code and at most one message. */
export async function main(args: readonly string[], startCopier: StartCopier): Promise<number> {
  try {
    const code = await run(args, startCopier);
    flushOutput();
    return code;
  } catch (error) {
    if (error instanceof ClosedPipe) return pipeClosed;
    return explain(error);
  }
}

/** Prints what `error` has to say. */
function explain(error: unknown): number {
  try {
    if (error instanceof HelpWanted) printHelp();
    if (error instanceof VersionWanted) printVersion();
    flushOutput();
    if (error instanceof HelpWanted || error instanceof VersionWanted) return 0;
    printError(error instanceof Error ? error.message : String(error));
    return error instanceof CommandError ? error.exitCode : 1;
  } catch (closed) {
    if (closed instanceof ClosedPipe) return pipeClosed;
    throw closed;
  }
}
