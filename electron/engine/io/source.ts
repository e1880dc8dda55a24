/** Where a source's bytes lie in an open file, so that a copier thread can read them by itself. */
export interface FilePlace {
  /** Descriptor of the open file; valid in every thread of the process until the source is closed. */
  readonly fd: number;
  /** Byte offset in the file of the source's byte 0. */
  readonly base: number;
}

/** A stretch of a source that the host stores (`hole: false`) or that reads as zeros without taking space. */
export interface HostRun {
  /** Bytes, > 0. */
  readonly length: number;
  readonly hole: boolean;
}

/** Bytes that can be read: a file, a slice of one, or memory. */
export interface ByteSource {
  /** The path or name to show the user. */
  readonly name: string;
  /** Length in bytes at the time of opening. */
  readonly size: number;
  /** Bytes that the host's file system has given to it; absent where that cannot be known. */
  readonly allocated?: number;
  /** Identity of the file on the host (device and inode), the same for two names of one file. */
  readonly identity?: string;
  /** When the file's content was last changed, in ms since 1970; absent where that cannot be known. */
  readonly modified?: number;
  /** Whether the file was written to since it was opened; absent where that cannot be known. @throws ImageError `io`. */
  changed?(): boolean;
  /** Present when the bytes lie in one open file. */
  readonly file?: FilePlace;
  /** True when they are stored in another form (encrypted): offsets in it are none of stored bytes. */
  readonly derived?: true;
  /**
   * Fills `into` exactly with the bytes at `at`.
   * @throws ImageError `truncated` when the source ends before, `io` when the host refuses.
   */
  read(at: number, into: Uint8Array): void;
  /**
   * The longest run from `at`, at most `max` bytes, that is wholly hole or wholly stored.
   * Absent when holes cannot be told from data; then everything counts as stored.
   */
  hostRun?(at: number, max: number): HostRun;
  /** Closes the file below. A second call does nothing. */
  close(): void;
}

/** Bytes that can also be written; growing by writing past the end leaves a hole. */
export interface ByteTarget extends ByteSource {
  /** Writes all of `from` at `at`. @throws ImageError `io`. */
  write(at: number, from: Uint8Array): void;
  /** Sets the length to `size` bytes; what is added reads as zeros. */
  truncate(size: number): void;
  /** Asks the host to reserve space without changing the length; does nothing where it cannot. */
  allocate?(at: number, length: number): void;
  /** Gives the space of a range back to the host, so that it reads as zeros; does nothing where it cannot. */
  punchHole?(at: number, length: number): void;
  /** Forces what was written down to the disk. */
  flush(): void;
}
