import type { ConvertRequest } from "../../shared/model/job";

/** What the same job as a command line depends on besides the request. */
export interface CommandLineStyle {
  /** The source's chain needs files that the user has allowed. */
  readonly trust: boolean;
  readonly platform: NodeJS.Platform;
  /**
   * The format of the source, as far as its bytes tell it, and of all that is read with it: the line
   * declares it, so that it takes them for the same. Absent for what lies in another file.
   */
  readonly sourceFormat?: string;
  /** The identifier of the snapshot that the request names by its place. */
  readonly snapshotId?: string;
  /** The source's backing file, which a request may want to keep. */
  readonly backing?: { readonly path: string; readonly format: string };
}

/**
 * A conversion as the `lamina convert` line that does the same, with what has to be done after
 * it. A passphrase is not in it.
 */
export function convertCommand(request: ConvertRequest, style: CommandLineStyle): string {
  const { member, target, format, size, passphrase } = request;
  const { snapshotId, backing } = style;
  const sourceFormat =
    request.sourceFormat ?? (member === undefined ? style.sourceFormat : undefined);
  const options = Object.entries(request.options)
    .map(([name, value]) => `${name}=${optionText(value)}`)
    .join(",");
  const convert = [
    "lamina",
    "convert",
    ...(style.trust ? ["--trust"] : []),
    ...(request.passphrase === undefined
      ? []
      : ["--object", "secret,id=sec0,file=PASSPHRASE-FILE", "--image-opts"]),
    ...(sourceFormat === undefined || passphrase !== undefined ? [] : ["-f", sourceFormat]),
    ...(member === undefined ? [] : ["--member", member]),
    ...(request.salvage === true ? ["--salvage"] : []),
    ...(snapshotId === undefined ? [] : ["-l", `snapshot.id=${optionText(snapshotId)}`]),
    // The app flushes a new image to the disk before it takes its name.
    "-t",
    "writeback",
    ...(request.compress ? ["-c"] : []),
    ...(request.keepZeros === true ? ["-S", "0"] : []),
    "-O",
    format,
    ...(options === "" ? [] : ["-o", options]),
    ...(backing === undefined ? [] : ["-B", backing.path, "-F", backing.format]),
    ...sourceWords(request, style),
    target,
  ];
  const commands = [
    convert,
    ...(size === undefined ? [] : [["lamina", "resize", "-f", format, target, String(size)]]),
  ];
  const quoted = commands.map((words) =>
    words.map((word) => shellQuoted(word, style.platform)).join(" "),
  );
  return quoted.join(" && ");
}

/** What is read: names, or lists of options where a passphrase has to be named. */
function sourceWords(request: ConvertRequest, { sourceFormat }: CommandLineStyle): string[] {
  const { source, behind = [], passphrase } = request;
  if (passphrase === undefined) return [source, ...behind];
  const driver = sourceFormat === undefined ? "" : `driver=${sourceFormat},`;
  const first = `${driver}file.filename=${optionText(source)},encrypt.key-secret=sec0`;
  return [first, ...behind.map((path) => `file.filename=${optionText(path)}`)];
}

/** In a list of options a comma is written twice. */
export function optionText(value: string | number | boolean): string {
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
