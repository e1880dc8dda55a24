import { ImageError, type ImageErrorCode } from "../errors";

/** The system errors that have a code of their own among ImageError's. */
const codes: Readonly<Record<string, ImageErrorCode>> = {
  ENOENT: "missing-file",
  ENOTDIR: "missing-file",
  EEXIST: "exists",
};

/** The system's name for an error (`ENOENT`), or undefined when `cause` is no system error. */
export function systemCode(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !("code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}

/** The system's words for an error: Node writes `CODE: words, call 'path'`. */
function systemWords(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return /^[A-Z0-9_]+: (.+?)(?:, \w+(?: '.*)?)?$/s.exec(message)?.[1] ?? message;
}

/**
 * What the host said, as an ImageError: `missing-file`, `exists`, `in-use` of what another program holds, or `io`
 * for everything else.
 * `found` is the system's words in lower case (`permission denied`), `cause` the system's error.
 * @param action What was tried, as an infinitive: `open`, `write to`.
 * @param file Path of the file it was tried on.
 * @param at Byte offset it was tried at, where there is one.
 */
export function systemError(action: string, file: string, cause: unknown, at?: number): ImageError {
  if (cause instanceof ImageError) return cause;
  // What Windows calls a sharing violation; of a read or write it is a locked stretch of an open file.
  const held = at === undefined && systemCode(cause) === "EBUSY";
  const code = held ? "in-use" : (codes[systemCode(cause) ?? ""] ?? "io");
  const found = systemWords(cause);
  return new ImageError(code, `Cannot ${action} ${file}: ${found}`, { file, found, at, cause });
}

/** Runs one system call again for as long as a signal interrupts it. */
export function uninterrupted<T>(call: () => T): T {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (systemCode(error) !== "EINTR") throw error;
    }
  }
}

/**
 * Runs a system call through interruptions.
 * @throws ImageError as `systemError` makes it of the call's error.
 */
export function attempt<T>(action: string, name: string, call: () => T): T {
  try {
    return uninterrupted(call);
  } catch (cause) {
    throw systemError(action, name, cause);
  }
}

/** What `call` yields, or undefined when what it is about is not there. */
export function unlessMissing<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
