import type { ResourceLimits } from "node:worker_threads";
import type { Failure } from "../../shared/model/report";

/** What a thread that reads strangers' images may take; its big buffers lie outside this heap, see order-watch.ts. */
export const THREAD_LIMITS: ResourceLimits = { maxOldGenerationSizeMb: 512 };

/** Why a thread was stopped that took too much. */
export const memoryFailure = (): Failure => ({
  code: "limit",
  message: "The image needs more memory than Lamina gives to one.",
});

/** Why a thread ended without an answer: `error` is what it died of, if that is known. */
export function stoppedFailure(error: unknown): Failure {
  if (error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") {
    return memoryFailure();
  }
  const why = error instanceof Error ? `: ${error.message}` : "";
  return { code: "internal", message: `The thread that read the image ended early${why}.` };
}

/** Why a thread was stopped that did not answer, or did nothing, for so many milliseconds. */
export function stalledFailure(patience: number): Failure {
  return {
    code: "limit",
    message: `No answer came for ${Math.round(patience / 1000)} s.`,
    hint: "Check that the disk it lies on answers, then try it again.",
  };
}
