import { readFileSync } from "node:fs";
import { systemWord } from "./wording";
import { splitList } from "./create-options";
import { CommandError } from "./errors";

/** What `--object secret,…` has defined: bytes by the secret's name. */
export type Secrets = Map<string, Uint8Array>;

/** The properties of a secret that Lamina has; qemu's secrets may be encrypted themselves. */
const known = new Set(["qom-type", "id", "data", "file", "format"]);

/**
 * Adds the secret that one `--object` defines.
 * @param text `secret,id=NAME,data=…` or `file=…`, or the same as JSON.
 * @throws CommandError in qemu-img's words, with `exitCode`.
 */
export function addSecret(secrets: Secrets, text: string, exitCode = 1): void {
  const failed = (message: string): CommandError => new CommandError(message, exitCode);
  const properties = text.startsWith("{") ? fromJson(text, failed) : fromList(text, failed);
  const type = properties.get("qom-type");
  if (type === undefined) throw failed("Parameter 'qom-type' is missing");
  if (type !== "secret") throw failed(`Parameter 'qom-type' does not accept value '${type}'`);
  const id = properties.get("id");
  if (id === undefined) throw failed("Parameter 'id' is missing");
  for (const name of ["keyid", "iv"]) {
    if (properties.has(name))
      throw failed(`Encrypted secrets ('${name}') are not supported by this version`);
  }
  const unknown = [...properties.keys()].find((name) => !known.has(name));
  if (unknown !== undefined) throw failed(`Parameter '${unknown}' is unexpected`);
  const format = properties.get("format") ?? "raw";
  if (format !== "raw" && format !== "base64")
    throw failed(`Parameter 'format' does not accept value '${format}'`);
  if (!/^[a-z][\w.-]*$/i.test(id)) {
    throw failed(
      "Parameter 'id' expects an identifier\n" +
        "Identifiers consist of letters, digits, '-', '.', '_', starting with a letter.",
    );
  }
  const bytes = contents(properties, failed);
  if (secrets.has(id))
    throw failed(`attempt to add duplicate property '${id}' to object (type 'container')`);
  secrets.set(id, format === "raw" ? bytes : decoded(bytes, failed));
}

/**
 * The passphrase in the secret called `id`.
 * @throws CommandError when there is none, or when it is no text.
 */
export function passphraseIn(secrets: Secrets, id: string): string {
  const bytes = secrets.get(id);
  if (bytes === undefined) throw new CommandError(`No secret with id '${id}'`);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CommandError(`Data from secret ${id} is not valid UTF-8`);
  }
}

type Failed = (message: string) => CommandError;

function fromList(text: string, failed: Failed): Map<string, string> {
  const properties = new Map<string, string>();
  splitList(text).forEach((part, at) => {
    const equals = part.indexOf("=");
    if (equals >= 0) properties.set(part.slice(0, equals), part.slice(equals + 1));
    else if (at === 0) properties.set("qom-type", part);
    else throw failed(`Expected '=' after parameter '${part}'`);
  });
  return properties;
}

function fromJson(text: string, failed: Failed): Map<string, string> {
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    return new Map(Object.entries(value).map(([name, each]) => [name, String(each)]));
  } catch {
    throw failed("JSON parse error, invalid object");
  }
}

function contents(properties: ReadonlyMap<string, string>, failed: Failed): Uint8Array {
  const data = properties.get("data");
  const file = properties.get("file");
  if (data !== undefined && file !== undefined)
    throw failed("'file' and 'data' are mutually exclusive");
  if (data !== undefined) return new TextEncoder().encode(data);
  if (file === undefined) throw failed("Either 'file' or 'data' must be provided");
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const action = code === "EISDIR" ? "Error reading" : "Failed to open";
    throw failed(`Unable to read ${file}: ${action} file “${file}”: ${systemWord(code)}`);
  }
}

function decoded(bytes: Uint8Array, failed: Failed): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  if (!/^[a-z\d+/=\s]*$/i.test(text)) throw failed("Base64 data contains invalid characters");
  return Buffer.from(text, "base64");
}
