import { vi } from "vitest";
import type { CallReply } from "../../shared/ipc/channels";
import type { CallInput, CallName, CallOutput } from "../../shared/ipc/contract";
import { CallError } from "../../renderer/api/client";

/** How the main process answers; it throws a CallError for a failure. */
export type Answers = {
  [N in CallName]?: (input: CallInput<N>) => CallOutput<N> | Promise<CallOutput<N>>;
};

/** A main process in the same thread. */
export interface FakeBridge {
  /** Every call so far, as its name and its input. */
  readonly calls: (readonly [string, unknown])[];
  /** Sends an event to the page. */
  emit(name: string, payload: unknown): void;
}

/** Puts a bridge on `window` that answers as told; a call that was not told fails the test by its failure. */
export function fakeBridge(answers: Answers): FakeBridge {
  const calls: (readonly [string, unknown])[] = [];
  const listeners = new Set<(name: string, payload: unknown) => void>();
  const call = async (name: string, input: unknown): Promise<CallReply> => {
    calls.push([name, input]);
    const answer = answers[name as CallName] as ((input: unknown) => unknown) | undefined;
    if (!answer)
      return { ok: false, failure: { code: "internal", message: `${name} is not expected` } };
    try {
      return { ok: true, value: await answer(input) };
    } catch (error) {
      if (error instanceof CallError) return { ok: false, failure: error.failure };
      throw error;
    }
  };
  vi.stubGlobal("window", {
    addEventListener: () => {},
    lamina: {
      call,
      on: (listener: (name: string, payload: unknown) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      pathOf: (file: { path: string }) => file.path,
    },
  });
  return {
    calls,
    emit: (name, payload) => {
      for (const listener of listeners) listener(name, payload);
    },
  };
}
