import { MOST_READ } from "../../shared/model/byte-limits";
import type { BytesPlace, BytesRead } from "../../shared/model/bytes";
import { call } from "../api/client";

/** Bytes of a chunk, which begins at a multiple of it. */
export const CHUNK = MOST_READ;
/** Chunks that are kept: 4 MiB. */
const KEPT = 64;
/** Reads under way at once. */
const AT_ONCE = 2;

/** Bytes of one side of an image, read piece by piece as they are wanted. */
export interface ByteChunks {
  readonly place: BytesPlace;
  /** The chunk of this index, when it is there. */
  get(index: number): BytesRead | undefined;
  /** Says which chunks are wanted, the most urgent first; those that were wanted before and are not any more are left. */
  want(indices: readonly number[]): void;
  /** No more is read, and nobody told. */
  close(): void;
}

/** Whom the chunks tell. */
export interface ChunkListener {
  arrived(chunk: BytesRead): void;
  failed(error: unknown): void;
}

export function createByteChunks(place: BytesPlace, listener: ChunkListener): ByteChunks {
  /** From least to most recently wanted; a Map keeps the order of insertion. */
  const kept = new Map<number, BytesRead>();
  const reading = new Set<number>();
  let wanted: readonly number[] = [];
  let closed = false;

  function next(): void {
    if (closed || reading.size >= AT_ONCE) return;
    const index = wanted.find((each) => !kept.has(each) && !reading.has(each));
    if (index === undefined) return;
    void load(index);
    next();
  }

  async function load(index: number): Promise<void> {
    reading.add(index);
    try {
      const chunk = await call("bytes.read", { ...place, at: index * CHUNK, length: CHUNK });
      if (closed) return;
      for (const old of kept.keys()) {
        if (kept.size < KEPT) break;
        if (!wanted.includes(old)) kept.delete(old);
      }
      kept.set(index, chunk);
      listener.arrived(chunk);
    } catch (error) {
      if (closed) return;
      // Asked again only when it is wanted anew.
      wanted = wanted.filter((each) => each !== index);
      listener.failed(error);
    } finally {
      reading.delete(index);
      next();
    }
  }

  return {
    place,
    get: (index) => kept.get(index),
    want: (indices) => {
      wanted = indices;
      for (const index of indices) {
        const chunk = kept.get(index);
        if (chunk === undefined) continue;
        kept.delete(index);
        kept.set(index, chunk);
      }
      next();
    },
    close: () => {
      closed = true;
    },
  };
}
