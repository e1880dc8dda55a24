import type { Failure } from "../../shared/model/report";
import { FailureText } from "./failure-text";
import { Note } from "./note";

/** What went wrong, in a dialog or on a page, told at once to those who do not see it; nothing without a failure. */
export function FailureNote({ failure }: { failure: Failure | undefined }) {
  if (failure === undefined) return null;
  return (
    <Note tone="bad" role="alert">
      <FailureText failure={failure} />
    </Note>
  );
}
