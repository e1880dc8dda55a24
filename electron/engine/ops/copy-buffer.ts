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

/** What one copier reads into. */
export interface CopyBuffer {
  /** STEP bytes. */
  readonly bytes: Buffer;
  /** The same bytes, in 32-bit words. */
  readonly words: Int32Array;
  /** STEP bytes that are zero and stay it. */
  readonly zeros: Buffer;
}

/**
 * A buffer that begins on a memory page. The system copies into it a third faster than into one
 * that does not, and WebAssembly's memory is the one kind of memory in JavaScript that always does.
 */
export function createCopyBuffer(): CopyBuffer {
  const { buffer } = new WebAssembly.Memory({ initial: (2 * STEP) / WASM_PAGE });
  return {
    bytes: Buffer.from(buffer, 0, STEP),
    words: new Int32Array(buffer, 0, STEP / 4),
    zeros: Buffer.from(buffer, STEP, STEP),
  };
}
