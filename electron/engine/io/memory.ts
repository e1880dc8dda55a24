import { ImageError } from "../errors";
import { pastEnd } from "./past-end";
import type { ByteSource, ByteTarget } from "./source";

/** `bytes` as a source; they are not copied. Reading works after close, too. */
export function memorySource(bytes: Uint8Array, name = "memory"): ByteSource {
  return {
    name,
    size: bytes.length,
    read(at, into) {
      if (at < 0 || at + into.length > bytes.length) {
        throw pastEnd(name, bytes.length, at, into.length);
      }
      into.set(bytes.subarray(at, at + into.length));
    },
    close: () => {},
  };
}

/** Bytes of a target in memory that are kept or left out together. */
const pageSize = 65536;

/**
 * An empty target in memory that holds only the 64 KiB pages written to, so that its offsets may
 * reach to 2^53 - 1. Pages never written are holes. Reading and writing work after close, too.
 */
export function memoryTarget(name = "memory"): ByteTarget {
  const pages = new Map<number, Uint8Array>();
  /** The pages' numbers in order, until one comes or goes. */
  let order: number[] | undefined;
  let size = 0;

  /** Calls `each` for the part of every page that a range touches. */
  function overPages(
    at: number,
    length: number,
    each: (page: number, skip: number, count: number, done: number) => void,
  ): void {
    for (let done = 0; done < length;) {
      const page = Math.floor((at + done) / pageSize);
      const skip = (at + done) % pageSize;
      const count = Math.min(length - done, pageSize - skip);
      each(page, skip, count, done);
      done += count;
    }
  }

  function drop(page: number): void {
    if (pages.delete(page)) order = undefined;
  }

  /** Makes a range read as zeros; whole pages in it become holes. */
  function clear(at: number, end: number): void {
    const touched = [...pages.keys()].filter(
      (page) => page * pageSize < end && (page + 1) * pageSize > at,
    );
    for (const page of touched) {
      const from = Math.max(0, at - page * pageSize);
      const to = Math.min(pageSize, end - page * pageSize);
      if (from === 0 && to === pageSize) drop(page);
      else pages.get(page)?.fill(0, from, to);
    }
  }

  /** The first page from `page` on that is kept, or undefined. */
  function nextPage(page: number): number | undefined {
    order ??= [...pages.keys()].sort((a, b) => a - b);
    let low = 0;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((order[middle] ?? Infinity) < page) low = middle + 1;
      else high = middle;
    }
    return order[low];
  }

  return {
    name,
    get size() {
      return size;
    },
    get allocated() {
      return pages.size * pageSize;
    },
    read(at, into) {
      if (at < 0 || at + into.length > size) throw pastEnd(name, size, at, into.length);
      overPages(at, into.length, (page, skip, count, done) => {
        const kept = pages.get(page);
        if (kept === undefined) into.fill(0, done, done + count);
        else into.set(kept.subarray(skip, skip + count), done);
      });
    },
    write(at, from) {
      if (at < 0 || !Number.isSafeInteger(at + from.length)) {
        throw new ImageError("io", `Cannot write to ${name} at byte ${at}`, { file: name, at });
      }
      overPages(at, from.length, (page, skip, count, done) => {
        let kept = pages.get(page);
        if (kept === undefined) {
          kept = new Uint8Array(pageSize);
          pages.set(page, kept);
          order = undefined;
        }
        kept.set(from.subarray(done, done + count), skip);
      });
      if (from.length > 0) size = Math.max(size, at + from.length);
    },
    truncate(length) {
      // To the end of its last page: nothing old may come back when it grows again.
      if (length < size) clear(length, Math.ceil(size / pageSize) * pageSize);
      size = length;
    },
    punchHole(at, length) {
      clear(at, at + length);
    },
    hostRun(at, max) {
      // Past the end reading fails; a hole would hide that.
      if (at >= size) return { length: max, hole: false };
      const page = Math.floor(at / pageSize);
      const hole = !pages.has(page);
      const limit = Math.min(max, size - at);
      let end = hole ? (nextPage(page) ?? Infinity) : page + 1;
      if (!hole) while (end * pageSize - at < limit && pages.has(end)) end += 1;
      return { length: Math.min(limit, end * pageSize - at), hole };
    },
    flush: () => {},
    close: () => {},
  };
}
