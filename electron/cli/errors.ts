import { basename } from "node:path";

/** Ends the command with one line on stderr (or more, as qemu-img has them) and an exit code. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** The command line itself is wrong: the message points to the help. */
export class UsageError extends CommandError {
  override readonly name = "UsageError";
  constructor(message: string) {
    super(`${message}\nTry '${programName()} --help' for more information`);
  }
}

/**
 * What this program is called in its messages: "qemu-img" when it was started under that name,
 * so that scripts which read the messages keep working, else "lamina".
 */
export function programName(): string {
  return basename(process.argv[1] ?? "").replace(/\.[^.]*$/, "") === "qemu-img"
    ? "qemu-img"
    : "lamina";
}
