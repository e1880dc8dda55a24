import { useState } from "react";
import type { Failure } from "../../shared/model/report";
import { toFailure } from "./client";

/** What a dialog shows of the one thing that it does. */
interface Attempt {
  /** Whether it is under way, or was done. */
  readonly busy: boolean;
  /** Why it failed the last time. */
  readonly failure: Failure | undefined;
  /** Does it; when that fails the dialog stays, and can try again. */
  readonly run: (work: () => Promise<void>) => Promise<void>;
}

/** For a dialog that does one thing; `done` is called when that was done. */
export function useAttempt(done: () => void): Attempt {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await work();
      done();
    } catch (error) {
      setFailure(toFailure(error));
      setBusy(false);
    }
  };
  return { busy, failure, run };
}
