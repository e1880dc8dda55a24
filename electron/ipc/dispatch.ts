import type { z } from "zod";
import {
  calls,
  events,
  type CallInput,
  type CallName,
  type EventName,
  type EventPayload,
} from "../../shared/ipc/contract";
import type { CallReply } from "../../shared/ipc/channels";
import { failureOf, FailureError } from "../failure";
import type { Handlers } from "../handlers/table";

/** Answers a call by its name; see `createDispatch`. */
export type Dispatch = (name: unknown, input: unknown) => Promise<CallReply>;

/** Sends an event of the contract to the page. */
export type EmitEvent = <N extends EventName>(name: N, payload: EventPayload<N>) => void;

/**
 * Answers calls: looks the handler up, checks what comes in and what goes out. The answer never
 * rejects; whatever goes wrong comes back as a Failure.
 */
export function createDispatch(handlers: Handlers): Dispatch {
  return async (name, input) => {
    try {
      if (!isCallName(name)) {
        throw new FailureError({ code: "invalid-argument", message: "There is no such call." });
      }
      return { ok: true, value: await answer(handlers, name, input) };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  };
}

/** Checks events against the contract before `send` hands them to the page. */
export function createEmit(send: (name: EventName, payload: unknown) => void): EmitEvent {
  return (name, payload) => send(name, events[name].parse(payload));
}

async function answer<N extends CallName>(
  handlers: Handlers,
  name: N,
  input: unknown,
): Promise<unknown> {
  const schemas: { input: z.ZodType; output: z.ZodType } = calls[name];
  const parsed = schemas.input.safeParse(input);
  if (!parsed.success) {
    throw new FailureError({
      code: "invalid-argument",
      message: `The call ${name} was made with a wrong input: ${issueOf(parsed.error)}.`,
    });
  }
  const output = schemas.output.safeParse(await handlers[name](parsed.data as CallInput<N>));
  if (!output.success) {
    throw new FailureError({
      code: "internal",
      message: `The call ${name} had a wrong answer: ${issueOf(output.error)}.`,
    });
  }
  return output.data;
}

/** Own keys only: "constructor" is no call. */
function isCallName(name: unknown): name is CallName {
  return typeof name === "string" && Object.hasOwn(calls, name);
}

function issueOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return "unknown";
  return issue.path.length > 0 ? `${issue.path.join(".")}: ${issue.message}` : issue.message;
}
