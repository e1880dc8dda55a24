import type { CallReply, LaminaBridge } from "../../shared/ipc/channels";
import type {
  CallInput,
  CallName,
  CallOutput,
  EventName,
  EventPayload,
} from "../../shared/ipc/contract";
import type { Failure } from "../../shared/model/report";

declare global {
  interface Window {
    /** Put there by the preload script. */
    readonly lamina: LaminaBridge<File>;
  }
}

/** A call that the main process answered with a failure. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

type InputOf<N extends CallName> =
  undefined extends CallInput<N> ? [input?: undefined] : [input: CallInput<N>];

/**
 * Calls the main process, which checks what goes in and what comes out: so the types alone are used here.
 * @throws CallError
 */
export async function call<N extends CallName>(
  name: N,
  ...[input]: InputOf<N>
): Promise<CallOutput<N>> {
  const reply: CallReply = await window.lamina.call(name, input);
  if (!reply.ok) throw new CallError(reply.failure);
  return reply.value as CallOutput<N>;
}

/** Hears one event of the main process; returns what ends it. */
export function on<N extends EventName>(
  name: N,
  listener: (payload: EventPayload<N>) => void,
): () => void {
  return window.lamina.on((heard, payload) => {
    if (heard === name) listener(payload as EventPayload<N>);
  });
}

/** The paths of dropped files; those without one (a picture out of a browser, say) are left out. */
export function pathsOf(files: Iterable<File>): string[] {
  return Array.from(files, (file) => window.lamina.pathOf(file)).filter((path) => path !== "");
}

/** Whatever was thrown, as a failure that a screen can show. */
export function toFailure(error: unknown): Failure {
  if (error instanceof CallError) return error.failure;
  return { code: "internal", message: error instanceof Error ? error.message : String(error) };
}
