import { ImageError } from "../../../electron/engine/errors";

/** The ImageError that `call` throws. @throws Error when it throws none, or something else. */
export function thrownBy(call: () => unknown): ImageError {
  try {
    call();
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw new Error("threw something that is no ImageError", { cause: error });
  }
  throw new Error("threw nothing");
}
