import type { FormatId } from "../../shared/model/format";
import type { ImageReport } from "../../shared/model/report";

/** What an image needs to be opened besides its path. */
export interface OpenWith {
  readonly passphrase?: string;
  /** The disk of an archive, by its name in there. */
  readonly member?: string;
  /** The format to take it for, whatever its bytes say. */
  readonly format?: FormatId;
}

/**
 * What the user has given to open images with, and what they were then found to be: in memory only,
 * until the image is closed or Lamina quits.
 */
export interface Openings {
  /** Empty for an image that needs nothing. */
  of(path: string): OpenWith;
  /** Keeps what is given, and what was given before besides. */
  keep(path: string, given: OpenWith): void;
  /** Notes what an image was found to be. */
  note(path: string, report: ImageReport): void;
  /** What it was found to be last; undefined where nobody has looked, or it lies in another file. */
  found(path: string): FormatId | undefined;
  forget(path: string): void;
}

export function createOpenings(): Openings {
  const known = new Map<string, OpenWith>();
  const found = new Map<string, FormatId>();
  const of = (path: string): OpenWith => known.get(path) ?? {};
  return {
    of,
    keep: (path, given) => void known.set(path, { ...of(path), ...given }),
    note(path, { layers: [image] }) {
      if (image !== undefined && image.facts.wrapping === undefined) found.set(path, image.format);
      else found.delete(path);
    },
    found: (path) => found.get(path),
    forget(path) {
      known.delete(path);
      found.delete(path);
    },
  };
}
