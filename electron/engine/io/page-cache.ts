import { ImageError } from "../errors";
import type { ByteSource } from "./source";

/** How much a page cache keeps: at most `pageSize` times `pages` bytes. */
export interface PageCacheOptions {
  /** Bytes read at once; 65536 when absent. */
  readonly pageSize?: number;
  /** Pages kept; 64 when absent. */
  readonly pages?: number;
}

/**
 * `source` with its most recently used pages kept in memory: for tables, which are read in small
 * pieces near one another. Reads of a page's size or more go past the cache. The source must not
 * change meanwhile. Closing it closes `source`.
 * @throws ImageError `invalid-argument` for sizes that are no whole numbers >= 1.
 */
export function withPageCache(source: ByteSource, options: PageCacheOptions = {}): ByteSource {
  const { pageSize = 65536, pages = 64 } = options;
  if (
    !Number.isSafeInteger(pageSize) ||
    !Number.isSafeInteger(pages) ||
    pageSize < 1 ||
    pages < 1
  ) {
    throw new ImageError(
      "invalid-argument",
      `no page cache of ${pages} pages of ${pageSize} bytes`,
    );
  }
  /** From least to most recently used; a Map keeps the order of insertion. */
  const kept = new Map<number, Uint8Array>();

  function page(index: number): Uint8Array {
    let bytes = kept.get(index);
    if (bytes === undefined) {
      const start = index * pageSize;
      bytes = new Uint8Array(Math.min(pageSize, source.size - start));
      source.read(start, bytes);
      const oldest = kept.keys().next();
      if (kept.size >= pages && oldest.done !== true) kept.delete(oldest.value);
    } else {
      kept.delete(index);
    }
    kept.set(index, bytes);
    return bytes;
  }

  function readKept(at: number, into: Uint8Array): void {
    for (let done = 0; done < into.length;) {
      const index = Math.floor((at + done) / pageSize);
      const skip = (at + done) % pageSize;
      const part = page(index).subarray(skip, skip + into.length - done);
      into.set(part, done);
      done += part.length;
    }
  }

  return {
    ...source,
    read(at, into) {
      if (into.length < pageSize && at >= 0 && at + into.length <= source.size) {
        try {
          readKept(at, into);
          return;
        } catch {
          // The page may be damaged where nobody asked; the source itself says what is wrong, and where.
        }
      }
      source.read(at, into);
    },
    close() {
      kept.clear();
      source.close();
    },
  };
}
