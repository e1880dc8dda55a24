import type { Failure } from "../../../shared/model/report";
import { ImageError, type ImageErrorCode } from "../errors";

const INTERNAL = "internal";

/** Any thrown value as plain data; what is not an ImageError becomes code "internal". */
export function toFailure(error: unknown): Failure {
  if (error instanceof ImageError) {
    const { code, message, hint, expected, found, at, file, choices, reference } = error;
    return {
      code,
      message,
      ...(hint !== undefined && { hint }),
      ...(expected !== undefined && { expected: String(expected) }),
      ...(found !== undefined && { found: String(found) }),
      ...(at !== undefined && { at }),
      ...(file !== undefined && { file }),
      ...(choices && { choices: [...choices] }),
      ...(reference && { reference }),
    };
  }
  return { code: INTERNAL, message: error instanceof Error ? error.message : String(error) };
}

/** The error that `toFailure` told of, as far as it told. */
export function fromFailure(failure: Failure): Error {
  const { code, message, ...detail } = failure;
  if (code === INTERNAL) return new Error(message);
  return new ImageError(code as ImageErrorCode, message, detail);
}
