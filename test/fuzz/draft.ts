/** A copy of an image in the making; what it changes can be taken back. */
export interface Draft {
  /** At the image's own length, whatever `length` says; do not write to it. */
  readonly bytes: Uint8Array;
  /** Bytes of the file; beyond `bytes` it is a hole. */
  length: number;
  /** Places that were changed, in order. */
  readonly changed: readonly { readonly at: number; readonly length: number }[];
  /** Overwrites; what lies behind the image's own end is left out. */
  set(at: number, from: Uint8Array): void;
  /** Makes it the image again. */
  reset(): void;
}

/** A draft of `image`, which stays as it is. */
export function createDraft(image: Uint8Array): Draft {
  // The slice of a Buffer would be the same memory.
  const bytes = new Uint8Array(image);
  const changed: { at: number; length: number }[] = [];
  return {
    bytes,
    length: image.length,
    changed,
    set(at, from) {
      if (!Number.isSafeInteger(at) || at < 0 || at >= bytes.length) return;
      const part = from.subarray(0, bytes.length - at);
      bytes.set(part, at);
      changed.push({ at, length: part.length });
    },
    reset() {
      for (const { at, length } of changed) bytes.set(image.subarray(at, at + length), at);
      changed.length = 0;
      this.length = image.length;
    },
  };
}
