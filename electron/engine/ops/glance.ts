import { ImageError } from "../errors";
import { probeFormat } from "../formats/registry";
import { createGate } from "../image/gate";
import type { ParentRef } from "../image/layer";
import { openTopLayer } from "../image/open-image";
import { openFile } from "../io/file";

/** What one image says of itself. Plain data. */
export interface Glance {
  readonly format: string;
  /** Virtual size in bytes; 0 where a packed image does not tell it. */
  readonly size: number;
  /** Absolute paths of the files that hold its data besides its own. */
  readonly otherFiles: readonly string[];
  /** How the image is wrapped ("tar", "gz", …); absent for a file of its own. */
  readonly wrapping?: string;
  /** Where its backing file or parent is named to be; it may not be there. Absent where that is no path. */
  readonly base?: string;
}

/**
 * Opens an image for what its headers tell, and closes it again. Of other files only those that hold
 * its own data are opened, and only in its folder; its backing file is neither opened nor looked for.
 * @throws ImageError
 */
export function glanceAt(path: string): Glance {
  const layer = openTopLayer({ path, grants: [] });
  try {
    const { format, size, otherFiles = [], facts, parent } = layer;
    const wrapping = facts.wrapping?.id;
    const base = wrapping === undefined && parent ? baseOf(parent, path) : undefined;
    return {
      format,
      size,
      otherFiles: otherFiles.map(({ name }) => name),
      ...(wrapping !== undefined && { wrapping }),
      ...(base !== undefined && { base }),
    };
  } finally {
    layer.close();
  }
}

/** Whether the bytes of the file at `path` are of a format that they tell: raw tells nothing. */
export function showsFormat(path: string): boolean {
  try {
    const source = openFile(path);
    try {
      return probeFormat(source).id !== "raw";
    } finally {
      source.close();
    }
  } catch (error) {
    if (error instanceof ImageError) return false;
    throw error;
  }
}

function baseOf({ name, find }: ParentRef, from: string): string | undefined {
  if (find !== undefined) return undefined;
  try {
    return createGate([]).resolve({ role: "backing-file", name, from });
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}
