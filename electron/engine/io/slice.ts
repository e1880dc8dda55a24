import { ImageError } from "../errors";
import { pastEnd } from "./past-end";
import type { ByteSource } from "./source";

/**
 * `length` bytes of `source` from `at` on, as a source of its own. Closing it closes `source`.
 * The slice may reach past the end of `source`; reading there throws `truncated`.
 * @param at Byte offset in `source`, >= 0.
 * @param length Bytes, >= 0.
 * @throws ImageError `invalid-argument` for an offset or length that is no whole number >= 0.
 */
export function sliceSource(
  source: ByteSource,
  at: number,
  length: number,
  name: string = source.name,
): ByteSource {
  if (!Number.isSafeInteger(at + length) || !Number.isSafeInteger(at) || at < 0 || length < 0) {
    throw new ImageError("invalid-argument", `${name}: no slice of ${length} bytes at ${at}`);
  }
  const { file, identity } = source;
  const hostRun = source.hostRun?.bind(source);
  const changed = source.changed?.bind(source);
  return {
    name,
    size: length,
    ...(identity === undefined ? {} : { identity }),
    ...(changed && { changed }),
    ...(file === undefined ? {} : { file: { fd: file.fd, base: file.base + at } }),
    read(from, into) {
      if (from < 0 || from + into.length > length) {
        throw pastEnd(name, length, from, into.length);
      }
      source.read(at + from, into);
    },
    ...(hostRun === undefined
      ? {}
      : {
          hostRun: (from, max) =>
            from >= length
              ? { length: max, hole: false }
              : hostRun(at + from, Math.min(max, length - from)),
        }),
    close: () => source.close(),
  };
}
