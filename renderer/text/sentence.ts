/** Puts what the engine tells (a message, the step that mends it) into whole sentences, one after the other. */
export function sentences(...parts: readonly (string | undefined)[]): string {
  return parts
    .flatMap((part) => (part ? [/[.!?…:]$/.test(part) ? part : `${part}.`] : []))
    .join(" ");
}
