import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** How the process was started. */
export interface StartedAs {
  /** Electron's default app runs us: then the first word that is no switch is the app's folder. */
  readonly defaultApp: boolean;
  /** Relative paths start here. */
  readonly workingFolder: string;
}

/** Absolute paths of the files that a command line names; `argv[0]` is the program. */
export function fileArguments(argv: readonly string[], started: StartedAs): string[] {
  const words: string[] = [];
  let onlyFiles = false;
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (!onlyFiles && word === "--") onlyFiles = true;
    else if (!onlyFiles && (word === "-r" || word === "--require")) at++;
    else if (word !== "" && (onlyFiles || !word.startsWith("-"))) words.push(word);
  }
  if (started.defaultApp) words.shift();
  return words.map((word) => pathOf(word, started.workingFolder));
}

/** The value of `--name=value`, or undefined. */
export function switchValue(argv: readonly string[], name: string): string | undefined {
  const prefix = `--${name}=`;
  return argv.find((word) => word.startsWith(prefix))?.slice(prefix.length);
}

/** Desktops hand over `file:` URLs as well as paths. One that names another host is taken as a path. */
function pathOf(word: string, workingFolder: string): string {
  if (/^file:/i.test(word)) {
    try {
      return fileURLToPath(word);
    } catch {
      // Not a path of this host: opening it will say so.
    }
  }
  return resolve(workingFolder, word);
}
