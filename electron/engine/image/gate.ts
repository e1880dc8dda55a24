import type { ByteSource } from "../io/source";

/** A file that an image names: who names it, how, and in which format it must be. */
export interface Reference {
  /** What the file is to the image. */
  readonly role: "backing-file" | "data-file" | "extent";
  /** The name as written in the image. */
  readonly name: string;
  /** Path of the image that names it. */
  readonly from: string;
}

/** Decides whether a file that an image names may be opened, and opens it read only. */
export interface Gate {
  /**
   * Opens what `reference` names. Relative names resolve against the folder of `from`.
   * The caller closes the source.
   * @throws ImageError `refused` (outside the image's folder and not granted, or not a regular file),
   *   `missing-file`, `unsupported` (a protocol or json: name), `io`.
   */
  open(reference: Reference): ByteSource;
  /** The absolute path that `reference` stands for, without touching it. @throws as `open`, save `missing-file`. */
  resolve(reference: Reference): string;
}
