/**
 * Paths are the main process's business; the window only splits them to show them. On POSIX systems
 * a backslash may be part of a name, so it separates only where a path does not begin with "/".
 */
function lastSeparator(path: string): number {
  return path.startsWith("/")
    ? path.lastIndexOf("/")
    : Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
}

/** The file's own name. */
export function nameOf(path: string): string {
  return path.slice(lastSeparator(path) + 1);
}

/** The folder that holds it, without a separator at its end ("/" and "C:\" keep theirs). */
export function folderOf(path: string): string {
  const end = lastSeparator(path);
  const folder = path.slice(0, Math.max(0, end));
  return folder === "" || folder.endsWith(":") ? path.slice(0, end + 1) : folder;
}

/** Whether a typed path says where it begins. */
export function isAbsolute(path: string): boolean {
  return path.startsWith("/") || path.startsWith("\\\\") || /^[a-z]:[\\/]/i.test(path);
}

/** The path of a file of this name in a folder. */
export function inFolder(folder: string, name: string): string {
  const separator = folder.startsWith("/") ? "/" : "\\";
  return folder.endsWith(separator) ? `${folder}${name}` : `${folder}${separator}${name}`;
}
