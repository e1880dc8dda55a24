import { dirname, relative, resolve } from "node:path";
import { CommandError } from "./errors";

/** The protocol that qemu-img would see in a file name: what stands before a ":" in its first part. */
function protocolOf(name: string): string | undefined {
  // A drive letter is none.
  if (process.platform === "win32" && /^[a-z]:/i.test(name)) return undefined;
  return /^([^/:]*):/.exec(name)?.[1];
}

/**
 * The path that an image name of the command line stands for.
 * @throws CommandError with qemu-img's reason, not yet with what was tried.
 */
export function pathOf(name: string): string {
  const protocol = protocolOf(name);
  if (protocol === undefined) return name;
  if (protocol === "file") return withoutProtocol(name);
  throw new CommandError(`Unknown protocol '${protocol}'`);
}

/**
 * What qemu-img calls the file that the image called `from` names as `name`: relative names stand
 * beside the image, and nothing is made shorter ("sub/../base.qcow2").
 */
export function nameBeside(from: string, name: string): string {
  if (protocolOf(name) !== undefined || /^[/\\]/.test(name)) return name;
  const folderEnd = process.platform === "win32" ? /.*[/\\]/ : /.*\//;
  return (folderEnd.exec(from)?.[0] ?? "") + name;
}

/**
 * What qemu-img calls a file at the absolute path `path` that belongs to the image called `from`:
 * the folder is written as it is for the image.
 */
export function nameInFolderOf(from: string, path: string): string {
  return nameBeside(from, relative(dirname(resolve(from)), path));
}

/**
 * A name as qemu-img writes it for an open file: without the "file:" it may have been given with. What
 * then looks as if it had another protocol gets its folder.
 */
export function withoutProtocol(name: string): string {
  if (protocolOf(name) !== "file") return name;
  const bare = name.slice("file:".length);
  return protocolOf(bare) === undefined ? bare : `./${bare}`;
}
