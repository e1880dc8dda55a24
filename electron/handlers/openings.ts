import type { FormatId } from "../../shared/model/format";

/** What an image needs to be opened besides its path. */
export interface OpenWith {
  readonly passphrase?: string;
  /** The disk of an archive, by its name in there. */
  readonly member?: string;
  /** The format to take it for, whatever its bytes say. */
  readonly format?: FormatId;
}

/**
 * What the user has given to open images with: in memory only, until the image is closed or Lamina
 * quits.
 */
export interface Openings {
  /** Empty for an image that needs nothing. */
  of(path: string): OpenWith;
  /** Keeps what is given, and what was given before besides. */
  keep(path: string, given: OpenWith): void;
  forget(path: string): void;
}

export function createOpenings(): Openings {
  const known = new Map<string, OpenWith>();
  const of = (path: string): OpenWith => known.get(path) ?? {};
  return {
    of,
    keep: (path, given) => void known.set(path, { ...of(path), ...given }),
    forget: (path) => void known.delete(path),
  };
}
