import type { Failure } from "../model/report";

/** The two Electron channels that carry everything. No zod here: the preload imports this file. */
export const CALL_CHANNEL = "lamina:call";
export const EVENT_CHANNEL = "lamina:event";

/** What a call comes back as: errors cross as data, never as exceptions. */
export type CallReply = { ok: true; value: unknown } | { ok: false; failure: Failure };

/** What the preload puts on `window.lamina`; `DroppedFile` is the DOM's File. */
export interface LaminaBridge<DroppedFile> {
  call(name: string, input: unknown): Promise<CallReply>;
  /** Hears every event; returns what ends it. */
  on(listener: (name: string, payload: unknown) => void): () => void;
  /** The path of a file dropped on the window; empty when it has none. */
  pathOf(file: DroppedFile): string;
}
