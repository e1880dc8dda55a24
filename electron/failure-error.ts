import { failureSchema, type Failure } from "../shared/model/report";

/** A failure that already has the form in which it crosses a border. */
export class FailureError extends Error {
  override readonly name = "FailureError";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** A Failure that came from a thread, checked: what is none becomes an "internal" one. */
export function receivedFailure(value: unknown): Failure {
  const parsed = failureSchema.safeParse(value);
  return parsed.success
    ? parsed.data
    : { code: "internal", message: "A worker thread answered with something unknown." };
}
