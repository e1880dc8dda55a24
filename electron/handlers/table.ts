import type { CallInput, CallName, CallOutput } from "../../shared/ipc/contract";

/** A call whose output is nothing may be answered by a function that returns nothing. */
type Answer<N extends CallName> = CallOutput<N> extends undefined ? void : CallOutput<N>;

/** One function for every call of the contract: a missing one is a compile error. */
export type Handlers = {
  readonly [N in CallName]: (input: CallInput<N>) => Answer<N> | Promise<Answer<N>>;
};
