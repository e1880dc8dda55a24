import type { ConvertRequest } from "../../shared/model/job";

/** What the same job as a command line depends on besides the request. */
export interface CommandLineStyle {
  /** The source's chain needs files that the user has allowed. */
  readonly trust: boolean;
  readonly platform: NodeJS.Platform;
}

/** A conversion as the `lamina convert` line that does the same. */
export function convertCommand(request: ConvertRequest, style: CommandLineStyle): string {
  const options = Object.entries(request.options)
    .map(([name, value]) => `${name}=${optionText(value)}`)
    .join(",");
  const words = [
    "lamina",
    "convert",
    ...(style.trust ? ["--trust"] : []),
    // The app flushes a new image to the disk before it takes its name.
    "-t",
    "writeback",
    ...(request.compress ? ["-c"] : []),
    "-O",
    request.format,
    ...(options === "" ? [] : ["-o", options]),
    request.source,
    request.target,
  ];
  return words.map((word) => shellQuoted(word, style.platform)).join(" ");
}

/** In a list of options a comma is written twice. */
function optionText(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return String(value).replaceAll(",", ",,");
}

/** One word for the shell: POSIX everywhere, the command prompt's quoting on Windows. */
export function shellQuoted(word: string, platform: NodeJS.Platform): string {
  if (platform === "win32") {
    if (/^[\w@+=:,./\\-]+$/.test(word)) return word;
    // Backslashes count only before a quote, the closing one too.
    return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
  }
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
