import { CommandError } from "./errors";
import type { ImageArgument } from "./open";
import { addSecret, type Secrets } from "./secrets";

/** The options that say how images are opened, the same in every command. */
export interface SourceOptions {
  /**
   * Takes one option of the command line, if it is one of these.
   * @throws CommandError for a secret that cannot be, with the command's exit code.
   */
  take(option: string, value: string): boolean;
  /**
   * An image as these options have it opened.
   * @throws CommandError when `format` is given beside --image-opts.
   */
  image(name: string, format: string | undefined): ImageArgument;
}

/** @param exitCode What the command ends with when the options are wrong. */
export function createSourceOptions(exitCode = 1): SourceOptions {
  const secrets: Secrets = new Map();
  let trust = false;
  let asOptions = false;
  let member: string | undefined;
  return {
    take(option, value) {
      if (option === "--object") addSecret(secrets, value, exitCode);
      else if (option === "--image-opts") asOptions = true;
      else if (option === "trust") trust = true;
      else if (option === "member") member = value;
      else return false;
      return true;
    },
    image(name, format) {
      if (asOptions && format !== undefined)
        throw new CommandError("--image-opts and --format are mutually exclusive", exitCode);
      return {
        name,
        trust,
        asOptions,
        secrets,
        ...(format !== undefined && { format }),
        ...(member !== undefined && { member }),
      };
    },
  };
}
