import type { ImageLayer } from "../engine";
import { splitList } from "./create-options";
import { CommandError } from "./errors";

/** What `--image-opts` says in place of a file name. */
export interface ImageOptions {
  /** The file's name, taken as it is. */
  readonly fileName: string;
  readonly driver?: string;
  /** `encrypt.format`: how the image must be encrypted. */
  readonly encryption?: string;
  /** `encrypt.key-secret`: the name of the secret that opens it. */
  readonly keySecret?: string;
  /** The same for backing files, by the whole option. */
  readonly backingSecrets: ReadonlyMap<string, string>;
  /** All other options, which Lamina does not have. */
  readonly others: readonly string[];
}

/**
 * Reads `driver=…,file.filename=…,…`; a comma in a value is written twice, and what comes last counts.
 * @throws CommandError with qemu-img's reason, not yet with what was tried.
 */
export function readImageOptions(list: string): ImageOptions {
  const values: Values = new Map();
  splitList(list).forEach((part, at) => {
    const equals = part.indexOf("=");
    if (equals >= 0) values.set(part.slice(0, equals), part.slice(equals + 1));
    else if (at === 0) values.set("file", part);
    else values.set(part, "on");
  });
  return optionsIn(values);
}

/** Options with their values; those of a part of the image have its name in front: `file.filename`. */
type Values = Map<string, string>;

/** What a name that says how to open the image begins with; options as JSON follow. */
export const jsonPrefix = "json:";

/** As `readImageOptions`, for a name like `json:{"driver": …, "file": {"filename": …}}`. */
export function readJsonName(name: string): ImageOptions {
  const values: Values = new Map();
  const add = (path: string, value: unknown): void => {
    if (typeof value !== "object" || value === null) values.set(path, String(value));
    else
      for (const [key, inner] of Object.entries(value))
        add(path === "" ? key : `${path}.${key}`, inner);
  };
  add("", parseOptions(name.slice(jsonPrefix.length)));
  return optionsIn(values);
}

/** qemu takes strings in single quotes, too, as its own names of images have them in tests. */
function parseOptions(text: string): object {
  const quoted = text.replaceAll(
    /'((?:[^'\\]|\\.)*)'|"(?:[^"\\]|\\.)*"/g,
    (whole: string, inner?: string) =>
      inner === undefined ? whole : JSON.stringify(inner.replaceAll(/\\(.)/g, "$1")),
  );
  try {
    const value: unknown = JSON.parse(quoted);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below, with the same words as for what is no object.
  }
  throw new CommandError("Could not parse the JSON options");
}

function optionsIn(values: Values): ImageOptions {
  const take = (name: string): string | undefined => {
    const value = values.get(name);
    values.delete(name);
    return value;
  };
  const driver = take("driver");
  const reference = take("file");
  if (reference !== undefined) {
    throw new CommandError(
      values.size === 0
        ? `Cannot find device='${reference}' nor node-name='${reference}'`
        : "Cannot reference an existing block device with additional options or a new filename",
    );
  }
  const protocol = take("file.driver");
  const fileName = take("file.filename");
  if (protocol === undefined && fileName === undefined) {
    throw new CommandError(
      driver === undefined
        ? "Must specify either driver or file"
        : 'A block device must be specified for "file"',
    );
  }
  if (protocol !== undefined && protocol !== "file")
    throw new CommandError(`Unknown driver '${protocol}'`);
  if (fileName === undefined || fileName === "")
    throw new CommandError("The 'file' block driver requires a file name");
  const encryption = take("encrypt.format");
  const keySecret = take("encrypt.key-secret");
  const names = [...values.keys()];
  const isBacking = (name: string): boolean => /^(backing\.)+encrypt\.key-secret$/.test(name);
  return {
    fileName,
    ...(driver !== undefined && { driver }),
    ...(encryption !== undefined && { encryption }),
    ...(keySecret !== undefined && { keySecret }),
    backingSecrets: new Map([...values].filter(([name]) => isBacking(name))),
    others: names.filter((name) => !isBacking(name)),
  };
}

/**
 * Holds the options against the image that was opened with them.
 * @param depth How many files below the image were opened too.
 * @throws CommandError with qemu-img's reason for the first that does not fit.
 */
export function checkImageOptions(options: ImageOptions, layer: ImageLayer, depth: number): void {
  const { encryption, keySecret, backingSecrets, others } = options;
  const { format, facts } = layer;
  const ofFile = others.find((name) => name.startsWith("file."));
  if (ofFile !== undefined) {
    const name = ofFile.slice("file.".length);
    throw new CommandError(`Block protocol 'file' doesn't support the option '${name}'`);
  }
  const tooDeep = [...backingSecrets.keys()].find(
    (name) => name.split("backing.").length - 1 > depth,
  );
  const encrypts = format === "qcow2" || format === "qcow";
  const useless =
    others[0] ??
    tooDeep ??
    (encrypts || encryption === undefined ? undefined : "encrypt.format") ??
    (encrypts || keySecret === undefined ? undefined : "encrypt.key-secret");
  if (useless !== undefined)
    throw new CommandError(`Block format '${format}' does not support the option '${useless}'`);
  if (encryption === undefined || encryption === facts.encryption) return;
  throw new CommandError(
    facts.encryption === undefined
      ? `No encryption in image header, but options specified format '${encryption}'`
      : `Header reported '${facts.encryption}' encryption format but options specify '${encryption}'`,
  );
}

/**
 * What qemu-img calls an image that is opened with these options: a plain name says nothing of the
 * secret, so then it is all of them as JSON.
 */
export function optionsName({ fileName, keySecret }: ImageOptions, { format }: ImageLayer): string {
  if (keySecret === undefined) return fileName;
  const [secret, file] = [keySecret, fileName].map((each) => JSON.stringify(each));
  return `json:{"encrypt.key-secret": ${secret}, "driver": "${format}", "file": {"driver": "file", "filename": ${file}}}`;
}
