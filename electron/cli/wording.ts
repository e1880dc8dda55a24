import { basename, resolve } from "node:path";
import type { ImageError, ImageErrorCode } from "../engine";
import { nameInFolderOf } from "./names";

/** The system's own words for its errors, as strerror(3) has them; Node's differ from them. */
const systemWords: Readonly<Record<string, string>> = {
  EACCES: "Permission denied",
  EBUSY: "Device or resource busy",
  EDQUOT: "Disk quota exceeded",
  EFBIG: "File too large",
  EINVAL: "Invalid argument",
  EIO: "Input/output error",
  EISDIR: "Is a directory",
  ELOOP: "Too many levels of symbolic links",
  EMFILE: "Too many open files",
  ENAMETOOLONG: "File name too long",
  ENFILE: "Too many open files in system",
  ENOENT: "No such file or directory",
  ENOSPC: "No space left on device",
  ENOTDIR: "Not a directory",
  ENXIO: "No such device or address",
  EPERM: "Operation not permitted",
  EROFS: "Read-only file system",
  ESTALE: "Stale file handle",
  ETXTBSY: "Text file busy",
};

/** The system's words for an error, by its code. */
export function systemWord(code: string): string {
  return systemWords[code] ?? code;
}

/** What can only be the source's fault, once a conversion has begun. */
const sourceFaults: ReadonlySet<ImageErrorCode> = new Set([
  "truncated",
  "invalid-header",
  "invalid-table",
  "corrupt-data",
]);

/** The system error below `error` as its code, if there is one. */
export function systemCodeOf(error: ImageError): string | undefined {
  const { cause } = error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
}

/** The host's reason in its own words; undefined when the error is not the host's. */
export function hostReason(error: ImageError): string | undefined {
  const known = systemWords[systemCodeOf(error) ?? ""];
  if (known !== undefined) return known;
  if (error.code === "missing-file") return systemWords["ENOENT"];
  return error.code === "io" ? capitalized(String(error.found ?? error.message)) : undefined;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What qemu-img says of a file that is not in the format that was named; of all others it names the format. */
const notInFormat: Readonly<Record<string, (name: string) => string>> = {
  qcow: () => "Image not in qcow format",
  vhdx: (name) => `Could not open '${name}': Invalid argument`,
  vmdk: () => "invalid VMDK image descriptor",
  vpc: () => "invalid VPC image",
};

/**
 * Why the file called `name` could not be opened, in qemu-img's words where it has some.
 * @param format The format that it was to be opened in, where one was named.
 */
export function openingReason(error: ImageError, name: string, format?: string): string {
  const reason = hostReason(error);
  if (reason !== undefined) return `Could not open '${fileAtFault(error, name)}': ${reason}`;
  if (error.code === "cycle") return `Backing file '${name}' creates an infinite loop.`;
  if (error.code === "not-this-format")
    return notInFormat[format ?? ""]?.(name) ?? `Image is not in ${format ?? "that"} format`;
  if (error.code === "unsupported" && format !== undefined && error.found === format)
    return `Unknown driver '${format}'`;
  if (error.message.includes(": unsupported qcow2 feature(s): "))
    return `Unsupported qcow2 feature(s): ${error.found}`;
  if (error.expected === "a regular file")
    return `'file' driver requires '${name}' to be a regular file`;
  return plainReason(error);
}

/** The name as it was given, or that of the further file of the image that could not be opened. */
function fileAtFault({ file }: ImageError, name: string): string {
  if (file === undefined || basename(file) === basename(name)) return name;
  return nameInFolderOf(name, resolve(file));
}

/** The engine's own sentence, without the file name before it and with the next step behind it. */
export function plainReason(error: ImageError): string {
  const { file, message, hint } = error;
  const told = file !== undefined && message.startsWith(`${file}: `);
  const reason = told ? capitalized(message.slice(file.length + 2)) : message;
  return hint === undefined ? reason : `${reason.replace(/\.$/, "")}. ${hint}`;
}

/** What qemu-img says of a size that a format or the host's file system cannot have. */
export function tooLarge(format: string): string {
  const hint = format === "qcow2" ? " (try using a larger cluster size)" : "";
  return `The image size is too large for file format '${format}'${hint}`;
}

/** Why a new image called `name` could not be made. */
export function creationReason(error: ImageError, name: string, format: string): string {
  if (systemCodeOf(error) === "EFBIG") return tooLarge(format);
  if (error.code === "invalid-argument" && error.expected === format)
    return `backing_file must be a ${format} image`;
  const reason = error.found === "a folder" ? "Is a directory" : hostReason(error);
  if (reason !== undefined) return `Could not create '${name}': ${reason}`;
  return plainReason(error);
}

/** The line for a conversion that failed on the way to an image called `target`. */
export function conversionReason(error: ImageError, target: string, format: string): string {
  const { at, code, file = "" } = error;
  const place = at === undefined ? "" : ` at byte ${at}`;
  if (code === "io" && at !== undefined) {
    const action = file.endsWith(".partial") ? "writing" : "reading";
    return `error while ${action}${place}: ${hostReason(error) ?? plainReason(error)}`;
  }
  if (sourceFaults.has(code)) return `error while reading${place}: ${plainReason(error)}`;
  return `${target}: error while converting ${format}: ${creationReason(error, target, format)}`;
}
