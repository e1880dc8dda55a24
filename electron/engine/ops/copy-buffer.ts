import { partSize } from "../image/writer";

/**
 * Bytes that are read and written at once: a second-level cache holds them, and larger ones are
 * slower.
 */
export const STEP = partSize;

// Of WebAssembly only the memory is used; lib.dom, which declares it, is not for the engine.
declare const WebAssembly: {
  readonly Memory: new (pages: { initial: number }) => { readonly buffer: ArrayBuffer };
};

const WASM_PAGE = 64 * 1024;

/** What one copier works in. All three parts are of the same size. */
export interface CopyBuffer {
  /** What is read. */
  readonly bytes: Buffer;
  /** The same bytes, in 32-bit words. */
  readonly words: Int32Array;
  /** Bytes that are zero and stay it. */
  readonly zeros: Buffer;
  /** Where encoded blocks are gathered for one write; it takes no memory until it is used. */
  readonly gathered: Buffer;
}

/**
 * A buffer that begins on a memory page. The system copies into it a third faster than into one
 * that does not, and WebAssembly's memory is the one kind of memory in JavaScript that always does.
 * @param size Bytes of each part, a multiple of 4.
 */
export function createCopyBuffer(size = STEP): CopyBuffer {
  const part = Math.ceil(size / WASM_PAGE) * WASM_PAGE;
  const { buffer } = new WebAssembly.Memory({ initial: (3 * part) / WASM_PAGE });
  return {
    bytes: Buffer.from(buffer, 0, size),
    words: new Int32Array(buffer, 0, size / 4),
    zeros: Buffer.from(buffer, part, size),
    gathered: Buffer.from(buffer, 2 * part, size),
  };
}
