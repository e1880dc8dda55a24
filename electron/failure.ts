import { toFailure } from "./engine";
import { FailureError } from "./failure-error";
import type { Failure } from "../shared/model/report";

export { FailureError, receivedFailure } from "./failure-error";

/** Any thrown thing as plain data; what is neither ImageError nor FailureError gets code "internal". */
export function failureOf(error: unknown): Failure {
  return error instanceof FailureError ? error.failure : toFailure(error);
}
