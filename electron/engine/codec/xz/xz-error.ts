import { ImageError } from "../../errors";

/** The error for a damaged stream. */
export function corruptXz(problem: string): ImageError {
  return new ImageError("corrupt-data", `xz data is damaged: ${problem}`, { found: problem });
}
