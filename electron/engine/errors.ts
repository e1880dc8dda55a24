/** Why an image could not be read, written or trusted. Scripts and screens branch on these. */
export type ImageErrorCode =
  /** The bytes are not what the named format begins with. */
  | "not-this-format"
  /** The file ends before something that must be there. */
  | "truncated"
  /** A header field holds a value that the specification does not allow. */
  | "invalid-header"
  /** A table entry points outside the file, overlaps, or breaks alignment. */
  | "invalid-table"
  /** Stored data does not decode to what it must. */
  | "corrupt-data"
  /** Valid, and not supported by this version of Lamina. */
  | "unsupported"
  /** Guest data is encrypted, and the passphrase is missing or wrong. */
  | "passphrase"
  /** A size or count is past what Lamina accepts from a stranger's image. */
  | "limit"
  /** A named file (backing file, data file, extent) is not there. */
  | "missing-file"
  /** A named file lies outside the image's own folder and was not granted. */
  | "refused"
  /** A file stands where a parent should be, and it is another image, or no longer what it was. */
  | "wrong-parent"
  /** The file holds several disks, and none was named; `found` lists them. */
  | "choose-member"
  /** The chain of backing files loops. */
  | "cycle"
  /** Another program holds the image; `found` names it. */
  | "in-use"
  /** The target is there already, and replacing it was not asked for. */
  | "exists"
  /** The host refused: permission, no space, an I/O error. */
  | "io"
  /** Internal snapshots would no longer read as they were taken. */
  | "would-change-snapshots"
  /** Other images stand on a file that would be changed. */
  | "would-change-images"
  /** Two disks that must read alike do not. */
  | "different"
  /** The caller's cancel was seen. */
  | "cancelled"
  /** The call itself is wrong: an unknown option, an impossible size. */
  | "invalid-argument";

/** A file that an image names and that lies where nobody has allowed it to look. */
export interface RefusedReference {
  /** Path of the image that names it. */
  readonly from: string;
  /** The name as written there. */
  readonly name: string;
  /** The absolute path that it stands for. */
  readonly path: string;
}

/** What an ImageError knows beside its message. */
export interface ImageErrorDetail {
  /** What should have been there. */
  readonly expected?: string | number;
  /** What was there. */
  readonly found?: string | number;
  /** Byte offset in `file` where it was found. */
  readonly at?: number;
  /** The file it is about, as the user knows it. */
  readonly file?: string;
  /** The names of which one has to be given. */
  readonly choices?: readonly string[];
  /** What was refused, where a grant of its path would have it opened. */
  readonly reference?: RefusedReference;
  /** The next step that mends it, as a sentence. */
  readonly hint?: string;
  /** The error below this one (a system error, say). */
  readonly cause?: unknown;
}

/** The one error that the engine throws for anything wrong with an image, a file or a request. */
export class ImageError extends Error {
  override readonly name = "ImageError";
  readonly code: ImageErrorCode;
  readonly expected?: string | number;
  readonly found?: string | number;
  readonly at?: number;
  readonly file?: string;
  readonly hint?: string;
  readonly choices?: readonly string[];
  readonly reference?: RefusedReference;

  constructor(code: ImageErrorCode, message: string, detail: ImageErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.expected = detail.expected;
    this.found = detail.found;
    this.at = detail.at;
    this.file = detail.file;
    this.hint = detail.hint;
    this.choices = detail.choices;
    this.reference = detail.reference;
  }
}
